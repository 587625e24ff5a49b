import { fileURLToPath } from 'node:url';
import { type OperationList, operationList } from './operation-list.ts';
import { resendSdkOperations } from './resend.ts';
import { packageVersion, type SdkOperation } from './sdk-source.ts';
import { stripeSdkOperations } from './stripe.ts';
import { twilioSdkOperations } from './twilio.ts';

export const LISTED_PROVIDERS = ['stripe', 'twilio', 'resend'] as const;
export type ListedProvider = (typeof LISTED_PROVIDERS)[number];

const sdkOperations: Record<ListedProvider, () => readonly SdkOperation[]> = {
  stripe: stripeSdkOperations,
  twilio: twilioSdkOperations,
  resend: resendSdkOperations,
};

/** The list as the installed SDK makes it, with the classes of the previous one. */
export function sdkOperationList(provider: ListedProvider, previous: OperationList | undefined): OperationList {
  return operationList(packageVersion(provider), sdkOperations[provider](), previous);
}

export function listFile(provider: ListedProvider): string {
  return fileURLToPath(new URL(`../../libs/providers/src/${provider}/operations.json`, import.meta.url));
}

import type { Brand } from './brand.js';

export type AccountId = Brand<string, 'AccountId'>;
export type VaultKeyId = Brand<string, 'VaultKeyId'>;
export type PolicyId = Brand<string, 'PolicyId'>;
export type CredentialId = Brand<string, 'CredentialId'>;
export type ReservationId = Brand<string, 'ReservationId'>;
export type EventId = Brand<string, 'EventId'>;
export type RunId = Brand<string, 'RunId'>;

/** The providers that Keybrake has code for. */
export const BUILT_IN_PROVIDER_IDS = ['stripe', 'twilio', 'resend'] as const;
export type BuiltInProviderId = (typeof BUILT_IN_PROVIDER_IDS)[number];
/** Any provider, also one that a file describes or that is described no longer. */
export type ProviderId = BuiltInProviderId | Brand<string, 'ProviderId'>;

const ACCOUNT_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
// A path segment, and a label of a host name.
const PROVIDER_ID = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,30}$/;
/** Of a run id. Chosen by the pipeline. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

export function parseAccountId(text: string): AccountId | undefined {
  return ACCOUNT_ID.test(text) ? (text as AccountId) : undefined;
}

/** 1 to 128 letters, digits and `. _ : -`, starting with a letter or digit. */
export function parseRunId(text: string): RunId | undefined {
  return RUN_ID.test(text) ? (text as RunId) : undefined;
}

/** 1 to 31 lower-case letters, digits and single dashes, starting with a letter. Says nothing of whether it is configured. */
export function parseProviderId(text: string): ProviderId | undefined {
  return PROVIDER_ID.test(text) ? (text as ProviderId) : undefined;
}

export function isBuiltInProviderId(text: string): text is BuiltInProviderId {
  return (BUILT_IN_PROVIDER_IDS as readonly string[]).includes(text);
}

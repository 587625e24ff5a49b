import type { Brand } from './brand.js';

export type AccountId = Brand<string, 'AccountId'>;
export type VaultKeyId = Brand<string, 'VaultKeyId'>;
export type PolicyId = Brand<string, 'PolicyId'>;
export type CredentialId = Brand<string, 'CredentialId'>;
export type ReservationId = Brand<string, 'ReservationId'>;
export type EventId = Brand<string, 'EventId'>;
export type RunId = Brand<string, 'RunId'>;

export const PROVIDER_IDS = ['stripe', 'twilio', 'resend'] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

const ACCOUNT_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

export function parseAccountId(text: string): AccountId | undefined {
  return ACCOUNT_ID.test(text) ? (text as AccountId) : undefined;
}

/** A run id is chosen by the pipeline: 1 to 128 letters, digits and `. _ : -`, starting with a letter or digit. */
export function parseRunId(text: string): RunId | undefined {
  return RUN_ID.test(text) ? (text as RunId) : undefined;
}

export function isProviderId(text: string): text is ProviderId {
  return (PROVIDER_IDS as readonly string[]).includes(text);
}

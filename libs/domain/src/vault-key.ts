import type { Cap } from './cap.js';
import type { AccountId, CredentialId, PolicyId, RunId, VaultKeyId } from './ids.js';
import { parseAccountId, parseRunId } from './ids.js';

/** What a caller presents: `vk_<account>_<key id>_<secret>`, with `.RUN_ID` appended where an SDK can set no header. */
export interface PresentedKey {
  readonly accountId: AccountId;
  readonly keyId: VaultKeyId;
  readonly secret: string;
  readonly runId: RunId | undefined;
}

/** The stored side. The secret is only kept as an HMAC; the key text itself is shown once, when the key is made. */
export interface VaultKey {
  readonly id: VaultKeyId;
  readonly accountId: AccountId;
  readonly secretHash: string;
  readonly agentType: string;
  readonly label: string | undefined;
  readonly policyId: PolicyId;
  readonly credentialId: CredentialId;
  readonly parentId: VaultKeyId | undefined;
  /** Self first, then each ancestor up to the root. A revoked or expired ancestor ends the whole line (R7). */
  readonly lineage: readonly VaultKeyId[];
  /** A child made for a run speaks for that run only. */
  readonly boundRunId: RunId | undefined;
  /** What a child adds to its parent's limits; roots have none. Own first, then each ancestor's. */
  readonly attenuations: readonly KeyAttenuation[];
  readonly expiresAtMs: number | undefined;
}

/** Limits of one child key. They only ever narrow: every attenuation of the line applies beside the policy. */
export interface KeyAttenuation {
  readonly keyId: VaultKeyId;
  readonly caps: readonly Cap[];
  /** Undefined: as the parent. */
  readonly allowedOperations: readonly string[] | undefined;
}

const KEY_TEXT = /^vk_([a-z0-9-]{1,63})_([a-z0-9]{8,32})_([A-Za-z0-9_-]{43})(?:\.(.+))?$/;

/** Undefined when the text is not a vault key at all, or its run id is malformed. */
export function parseVaultKey(text: string): PresentedKey | undefined {
  const match = KEY_TEXT.exec(text);
  if (match === null) return undefined;
  const [, account, keyId, secret, runText] = match as unknown as [string, string, string, string, string | undefined];
  const accountId = parseAccountId(account);
  const runId = runText === undefined ? undefined : parseRunId(runText);
  if (accountId === undefined || (runText !== undefined && runId === undefined)) return undefined;
  return { accountId, keyId: keyId as VaultKeyId, secret, runId };
}

export function formatVaultKey(accountId: AccountId, keyId: VaultKeyId, secret: string): string {
  return `vk_${accountId}_${keyId}_${secret}`;
}

/** The key that all keys of one line descend from: the namespace of idempotency keys (R8). */
export function rootKeyId(key: Pick<VaultKey, 'lineage' | 'id'>): VaultKeyId {
  return key.lineage.at(-1) ?? key.id;
}

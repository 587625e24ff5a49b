import type { AccountId, CredentialId, Policy, VaultKey, VaultKeyId } from '@keybrake/domain';
import type { ProviderCredential } from '@keybrake/providers';

/** What the gateway needs to know of a key, with the policy version in force when it was read. */
export interface KeyRecord {
  readonly key: VaultKey;
  readonly policy: Policy;
}

/**
 * Looks keys, policies and credentials up for the gateway. May answer from a cache: the admission store checks policy
 * version and key state again, so a stale answer is found out, never acted on.
 */
export interface VaultDirectory {
  find(accountId: AccountId, keyId: VaultKeyId): Promise<KeyRecord | undefined>;
  /** Drops what is cached of a key after the admission store called it stale. */
  forget(accountId: AccountId, keyId: VaultKeyId): void;
  /** The real key, decrypted; read again after a minute, and kept in memory for longer only while it can't be read. */
  openCredential(accountId: AccountId, credentialId: CredentialId): Promise<ProviderCredential>;
}

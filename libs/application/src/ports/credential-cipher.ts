import type { AccountId, CredentialId, ProviderId } from '@keybrake/domain';
import type { ProviderCredential } from '@keybrake/providers';

/** What a sealed credential is bound to: moved to another row, it does not open. */
export interface CredentialBinding {
  readonly accountId: AccountId;
  readonly provider: ProviderId;
  readonly credentialId: CredentialId;
  readonly version: number;
}

/** Encrypts real provider keys for storage. */
export interface CredentialCipher {
  seal(binding: CredentialBinding, credential: ProviderCredential): Promise<string>;
  /** Throws when the text was altered, belongs to another row, or was sealed under another master key. */
  open(binding: CredentialBinding, sealed: string): Promise<ProviderCredential>;
}

import type { AccountId, CredentialId, KeyAttenuation, PolicyId, RunId, VaultKey, VaultKeyId } from '@keybrake/domain';
import { optionalTime } from './paging.js';
import { type AttenuationJson, decodeAttenuation } from './policy-document.js';

/** Columns of a key; `attenuations` is of the whole line, self first. */
export interface VaultKeyRow {
  readonly account_id: AccountId;
  readonly key_id: VaultKeyId;
  readonly secret_hash: string;
  readonly agent_type: string;
  readonly label: string | null;
  readonly policy_id: PolicyId;
  readonly credential_id: CredentialId;
  readonly parent_id: VaultKeyId | null;
  readonly lineage: readonly VaultKeyId[];
  readonly bound_run_id: RunId | null;
  readonly expires_at_ms: bigint | null;
  readonly attenuations: readonly { readonly keyId: VaultKeyId; readonly limits: AttenuationJson }[] | null;
}

export function vaultKeyOf(row: VaultKeyRow): VaultKey {
  return {
    id: row.key_id,
    accountId: row.account_id,
    secretHash: row.secret_hash,
    agentType: row.agent_type,
    label: row.label ?? undefined,
    policyId: row.policy_id,
    credentialId: row.credential_id,
    parentId: row.parent_id ?? undefined,
    lineage: row.lineage,
    boundRunId: row.bound_run_id ?? undefined,
    attenuations: attenuationsOf(row),
    expiresAtMs: optionalTime(row.expires_at_ms),
  };
}

function attenuationsOf({ attenuations }: VaultKeyRow): readonly KeyAttenuation[] {
  return (attenuations ?? []).map(({ keyId, limits }) => decodeAttenuation(keyId, limits));
}

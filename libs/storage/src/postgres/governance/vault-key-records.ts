import {
  type AdmissionKey,
  type AgentTypePage,
  type AgentTypeSummary,
  type GovernanceNote,
  type Page,
  type PageRequest,
  revokedAlert,
  type StoredVaultKey,
  type VaultKeyFilter,
  type VaultKeyRecords,
} from '@keybrake/application';
import type { AccountId, ProviderId, VaultKeyId } from '@keybrake/domain';
import { raiseAlerts } from '../alerts/raise-alerts.js';
import type { GovernanceDatabase } from './governance-database.js';
import { insertNote } from './note.js';
import { optionalTime, pageOf, pageParameters, timeOf } from './paging.js';
import { encodeAttenuation } from './policy-document.js';
import { type VaultKeyRow, vaultKeyOf } from './vault-key-rows.js';
import * as statements from './vault-key-statements.js';

interface StoredRow extends VaultKeyRow {
  readonly provider: ProviderId;
  readonly created_at_ms: bigint;
  readonly revoked_at_ms: bigint | null;
  readonly line_revoked_at_ms: bigint | null;
}

function storedKey(row: StoredRow): StoredVaultKey {
  return {
    key: vaultKeyOf(row),
    provider: row.provider,
    createdAtMs: timeOf(row.created_at_ms),
    revokedAtMs: optionalTime(row.revoked_at_ms),
    lineRevokedAtMs: optionalTime(row.line_revoked_at_ms),
  };
}

function insertParameters({ key, createdAtMs }: StoredVaultKey): readonly unknown[] {
  const own = key.attenuations.find((line) => line.keyId === key.id);
  return [
    key.accountId,
    key.id,
    key.secretHash,
    key.agentType,
    key.label ?? null,
    key.policyId,
    key.credentialId,
    key.parentId ?? null,
    key.lineage,
    key.boundRunId ?? null,
    own === undefined ? null : encodeAttenuation(own),
    key.expiresAtMs ?? null,
    createdAtMs,
  ];
}

interface AdmissionRow {
  readonly account_id: AccountId;
  readonly key_id: VaultKeyId;
  readonly expires_at_ms: bigint | null;
  readonly revoked_at_ms: bigint | null;
}

export function vaultKeyRecords(database: GovernanceDatabase): VaultKeyRecords {
  return {
    insertVaultKey: (stored: StoredVaultKey, note: GovernanceNote) =>
      database.change(async (client) => {
        await client.query(statements.INSERT, [...insertParameters(stored)]);
        await insertNote(client, note);
      }),

    findVaultKey: async (accountId: AccountId, keyId: VaultKeyId) => {
      const [row] = await database.read<StoredRow>(statements.FIND, [accountId, keyId]);
      return row === undefined ? undefined : storedKey(row);
    },

    listVaultKeys: async (
      accountId: AccountId,
      filter: VaultKeyFilter,
      page: PageRequest,
    ): Promise<Page<StoredVaultKey>> => {
      const { agentType, policyId, parentId, boundRunId, state, search } = filter;
      const wanted = [agentType, policyId, parentId, boundRunId, state?.is, state?.nowMs, search].map(
        (value) => value ?? null,
      );
      const rows = await database.read<StoredRow>(statements.LIST, [accountId, ...pageParameters(page), ...wanted]);
      return pageOf(rows.map(storedKey), page, ({ createdAtMs, key }) => ({ createdAtMs, id: key.id }));
    },

    revokeVaultKey: (accountId: AccountId, keyId: VaultKeyId, note: GovernanceNote) =>
      database.change(async (client) => {
        const { rowCount } = await client.query(statements.REVOKE, [accountId, keyId, note.atMs]);
        if (rowCount === 1) {
          await insertNote(client, note);
          await raiseAlerts(client, [revokedAlert(note)]);
        }
        const { rows } = await client.query<AdmissionRow>(statements.REVOKED_AT, [accountId, keyId]);
        return optionalTime(rows[0]?.revoked_at_ms ?? null);
      }),

    listAgentTypes: async (
      accountId: AccountId,
      nowMs: number,
      { limit, after }: AgentTypePage,
    ): Promise<readonly AgentTypeSummary[]> => {
      const rows = await database.read<{ agent_type: string; keys: number; live_keys: number }>(
        statements.AGENT_TYPES,
        [accountId, nowMs, after ?? null, limit],
      );
      return rows.map((row) => ({ agentType: row.agent_type, keys: row.keys, liveKeys: row.live_keys }));
    },

    admissionKeysAfter: async (last, limit: number): Promise<readonly AdmissionKey[]> => {
      const parameters = [last?.accountId ?? null, last?.keyId ?? null, limit];
      const rows = await database.read<AdmissionRow>(statements.ADMISSION_KEYS_AFTER, parameters);
      return rows.map((row) => ({
        accountId: row.account_id,
        keyId: row.key_id,
        expiresAtMs: optionalTime(row.expires_at_ms),
        revokedAtMs: optionalTime(row.revoked_at_ms),
      }));
    },
  };
}

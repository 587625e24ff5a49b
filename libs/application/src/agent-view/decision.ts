import type { AuditEntry } from '@keybrake/domain';
import type { CallRecords } from '../ports/call-records.js';
import type { KeyRecord, VaultDirectory } from '../ports/vault-directory.js';

export interface DecisionPorts {
  readonly calls: Pick<CallRecords, 'find'>;
  readonly directory: Pick<VaultDirectory, 'find'>;
}

/** A call of the key or of a key below it, as far as the ledger has folded it; undefined for every other. */
export async function decisionOf(
  { calls, directory }: DecisionPorts,
  { key }: KeyRecord,
  callId: string,
): Promise<AuditEntry | undefined> {
  const entry = (await calls.find(key.accountId, callId))?.entry;
  if (entry === undefined || entry.vaultKeyId === key.id) return entry;
  const caller = await directory.find(key.accountId, entry.vaultKeyId as typeof key.id);
  return caller?.key.lineage.includes(key.id) ? entry : undefined;
}

import type { Alert } from '@keybrake/domain';
import type { GovernanceNote } from '../ports/governance-store.js';

/** Of the note about a revoke. */
export function revokedAlert({ accountId, actor, subject, atMs }: GovernanceNote): Alert {
  return {
    accountId,
    type: 'key.revoked',
    subject,
    occurredAtMs: atMs,
    dedupeKey: `revoked/${subject}`,
    summary: `Vault key ${subject} was revoked by ${actor}; no key below it launches another call.`,
    data: { vaultKeyId: subject, by: actor },
  };
}

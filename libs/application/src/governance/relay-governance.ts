import type { PolicyId, VaultKeyId } from '@keybrake/domain';
import type { GovernanceOutbox, GovernancePublisher } from '../ports/governance-outbox.js';
import type { GovernanceNote } from '../ports/governance-store.js';
import type { GovernancePorts } from './governance.js';

export interface RelayPorts {
  readonly outbox: GovernanceOutbox;
  readonly publisher: GovernancePublisher;
  readonly governance: Pick<GovernancePorts, 'store' | 'admission'>;
}

/**
 * Publishes changes from the outbox. Each is put in force once more before: an admin API that died between its record
 * and the admission store leaves no key alive that is on record as revoked.
 */
export function relayGovernance(ports: RelayPorts, limit: number): Promise<number> {
  return ports.outbox.relay(limit, async (notes) => {
    for (const note of notes) await putInForce(ports.governance, note);
    await ports.publisher.publish(notes);
  });
}

async function putInForce({ store, admission }: RelayPorts['governance'], note: GovernanceNote): Promise<void> {
  const { accountId, action, subject } = note;
  if (action === 'policy.created' || action === 'policy.revised') {
    const stored = await store.findPolicy(accountId, subject as PolicyId);
    if (stored !== undefined) await admission.putPolicyVersion(accountId, stored.policy.id, stored.policy.version);
  }
  if (action === 'vault_key.issued' || action === 'vault_key.revoked') {
    const stored = await store.findVaultKey(accountId, subject as VaultKeyId);
    if (stored === undefined) return;
    const { id: keyId, expiresAtMs } = stored.key;
    await admission.putKey({ accountId, keyId, expiresAtMs, revokedAtMs: stored.revokedAtMs });
  }
}

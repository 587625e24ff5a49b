import { type Actor, type BalanceReport, currentBalance, getPolicy, getVaultKey } from '@keybrake/application';
import { keyCaps, type VaultKeyId } from '@keybrake/domain';
import type { AdminPorts } from './ports.js';

/** Every cap that a call of the key must fit, used or not yet, with the figures that the ledger has folded. */
export async function keyBalances(
  ports: AdminPorts,
  actor: Actor,
  keyId: VaultKeyId,
): Promise<readonly BalanceReport[]> {
  const { key } = await getVaultKey(ports.governance, actor, keyId);
  const { policy } = await getPolicy(ports.governance, actor, key.policyId);
  const caps = keyCaps(policy, key, key.boundRunId);
  const nowMs = ports.runtime.nowMs();
  const used = await ports.reports.balancesOf(
    key.accountId,
    caps.map((cap) => cap.counter),
    nowMs,
  );
  return caps.map((cap) => currentBalance(cap, used, nowMs));
}

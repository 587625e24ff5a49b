import {
  type Actor,
  type BalanceReport,
  currentBalance,
  getPolicy,
  getPolicyAt,
  getVaultKey,
} from '@keybrake/application';
import { keyCaps, type VaultKeyId } from '@keybrake/domain';
import type { AdminPorts } from './ports.js';

/**
 * Every cap that a call of the key must fit, used or not yet, with the figures that the ledger has folded; at a time, the
 * caps of the policy of then with what they had used.
 */
export async function keyBalances(
  ports: AdminPorts,
  actor: Actor,
  keyId: VaultKeyId,
  atMs: number | undefined,
): Promise<readonly BalanceReport[]> {
  const { governance, reports, simulation, runtime } = ports;
  const { key } = await getVaultKey(governance, actor, keyId);
  const { policy } =
    atMs === undefined
      ? await getPolicy(governance, actor, key.policyId)
      : await getPolicyAt(governance, actor, key.policyId, atMs);
  const caps = keyCaps(policy, key, key.boundRunId);
  const counters = caps.map((cap) => cap.counter);
  const nowMs = atMs ?? runtime.nowMs();
  const used =
    atMs === undefined
      ? await reports.balancesOf(key.accountId, counters, nowMs)
      : await simulation.calls.balancesAt(key.accountId, atMs, counters);
  return caps.map((cap) => currentBalance(cap, used, nowMs));
}

import { type Actor, type BalanceReport, getPolicy, getVaultKey } from '@keybrake/application';
import { type BoundCap, bindCap, rootKeyId, type VaultKeyId, windowCandidates } from '@keybrake/domain';
import type { AdminPorts } from './ports.js';

/** Every cap that a call of the key must fit, used or not yet, with the figures that the ledger has folded. */
export async function keyBalances(
  ports: AdminPorts,
  actor: Actor,
  keyId: VaultKeyId,
): Promise<readonly BalanceReport[]> {
  const { key } = await getVaultKey(ports.governance, actor, keyId);
  const { policy } = await getPolicy(ports.governance, actor, key.policyId);
  const root = rootKeyId(key);
  const { accountId, agentType, boundRunId: runId } = key;
  const stated = [
    ...key.attenuations.flatMap((line) => line.caps.map((cap) => ({ cap, bound: line.keyId }))),
    ...policy.caps.map((cap) => ({ cap, bound: root })),
  ];
  const caps = stated.flatMap(({ cap, bound }) => {
    const subjects = { accountId, agentType, rootKeyId: root, keyId: bound, runId };
    const bindable = bindCap(cap, subjects, policy.timeZone);
    return bindable === undefined ? [] : [bindable];
  });
  const nowMs = ports.runtime.nowMs();
  const used = await ports.reports.balancesOf(
    accountId,
    caps.map((cap) => cap.counter),
    nowMs,
  );
  return caps.map((cap) => reportOf(cap, used, nowMs));
}

function reportOf(cap: BoundCap, used: readonly BalanceReport[], nowMs: number): BalanceReport {
  const spans = windowCandidates(cap.window, cap.timeZone, nowMs);
  const span = spans.find(({ startsAtMs, endsAtMs }) => startsAtMs <= nowMs && nowMs < endsAtMs) ?? spans[0];
  const row = used.find(({ counter, windowId }) => counter === cap.counter && windowId === span?.id);
  return {
    ...cap,
    windowId: span?.id ?? '',
    windowEndsAtMs: span?.endsAtMs ?? 0,
    committedMicros: row?.committedMicros ?? 0n,
    heldMicros: row?.heldMicros ?? 0n,
  };
}

import {
  type Alert,
  BUDGET_THRESHOLDS,
  type CapScope,
  formatMoney,
  type Hold,
  minorRoundedDown,
  minorRoundedUp,
} from '@keybrake/domain';
import { balanceKey } from '../ledger/balance-trail.js';
import type { BalanceDelta, BalanceTotal } from '../ports/ledger-store.js';

/** A cap with what its window has used. */
export interface UsedCap
  extends Pick<Hold, 'counter' | 'scope' | 'scopeId' | 'window' | 'windowId' | 'windowEndsAtMs' | 'currency'> {
  readonly limitMicros: bigint;
  readonly usedMicros: bigint;
}

/** Of a cap of one key its key, so that it is in order with what else is told of the key. */
export const capSubjectOf = (scope: CapScope, scopeId: string): string =>
  scope === 'key' ? scopeId : `${scope}:${scopeId}`;

/**
 * The thresholds that balances have reached with a chunk's changes. What the last 24 hours have used is not in one balance:
 * `rolling` caps are looked at by their sums (rollingAlerts).
 */
export function budgetAlerts(deltas: readonly BalanceDelta[], totals: readonly BalanceTotal[]): readonly Alert[] {
  const byName = new Map(totals.map((total) => [balanceKey(total.accountId, total.counter, total.windowId), total]));
  return deltas.flatMap((delta) => {
    const { accountId, hold } = delta;
    const total = byName.get(balanceKey(accountId, hold.counter, hold.windowId));
    if (total === undefined || hold.window === 'rolling_24h') return [];
    const usedMicros = total.committedMicros + total.heldMicros;
    const beforeMicros = usedMicros - delta.committedMicros - delta.heldMicros;
    return BUDGET_THRESHOLDS.filter(
      (percent) => !reaches(beforeMicros, percent, hold.limitMicros) && reaches(usedMicros, percent, hold.limitMicros),
    ).map((percent) => ({
      accountId,
      ...thresholdAlert({ ...hold, usedMicros }, percent, hold.windowId, delta.lastAtMs),
    }));
  });
}

/** A cap of nothing has no shares. */
export const reaches = (usedMicros: bigint, percent: number, limitMicros: bigint): boolean =>
  limitMicros > 0n && usedMicros * 100n >= BigInt(percent) * limitMicros;

/** `period`: within which it is told once. */
export function thresholdAlert(cap: UsedCap, percent: number, period: string, nowMs: number): Omit<Alert, 'accountId'> {
  const { scope, scopeId, window, windowEndsAtMs, currency, limitMicros, usedMicros } = cap;
  const money = (micros: bigint) => formatMoney({ currency, micros });
  return {
    type: 'budget.threshold',
    subject: capSubjectOf(scope, scopeId),
    dedupeKey: `threshold/${cap.counter}/${period}/${percent}`,
    occurredAtMs: nowMs,
    summary: `${percent} % of the ${scope} cap of ${scopeId} is used: ${money(usedMicros)} of ${money(limitMicros)} (${window}).`,
    data: {
      percent,
      scope,
      scopeId,
      window,
      windowId: cap.windowId,
      currency,
      limitMinor: minorRoundedDown(limitMicros, currency).toString(),
      usedMinor: minorRoundedUp(usedMicros, currency).toString(),
      resetsAt: window === 'total' ? null : new Date(windowEndsAtMs).toISOString(),
    },
  };
}

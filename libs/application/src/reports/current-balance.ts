import { type BoundCap, windowCandidates } from '@keybrake/domain';
import type { StoredBalance } from '../ports/admission-store.js';
import type { BalanceReport } from '../ports/reports.js';

/** What a cap's window of now has used; nothing yet where no row is. `nowMs` is a reader's clock: it decides nothing. */
export function currentBalance(cap: BoundCap, used: readonly StoredBalance[], nowMs: number): BalanceReport {
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

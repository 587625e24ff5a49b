import {
  type BoundCap,
  bucketAt,
  bucketCounts,
  bucketOf,
  spanAt,
  type WindowSpan,
  windowOffer,
} from '@keybrake/domain';
import type { StoredBalance } from '../ports/admission-store.js';
import type { BalanceReport } from '../ports/reports.js';

/** What a cap's window of now has used; nothing yet where no row is. `nowMs` is a reader's clock: it decides nothing. */
export function currentBalance(cap: BoundCap, used: readonly StoredBalance[], nowMs: number): BalanceReport {
  const { windows, rolling } = windowOffer(cap.window, cap.timeZone, nowMs);
  const own = used.filter(({ counter }) => counter === cap.counter);
  if (rolling === undefined) {
    const span = spanAt(windows, nowMs) ?? windows[0];
    return balanceIn(
      cap,
      span,
      own.filter(({ windowId }) => windowId === span?.id),
    );
  }
  const counted = own.filter(({ windowId }) => bucketCounts(rolling, windowId, nowMs));
  const inUse = counted.filter(({ committedMicros, heldMicros }) => committedMicros + heldMicros > 0n);
  // Named by the bucket that leaves next: then there is more room.
  const [oldest] = inUse.map(({ windowId }) => windowId).sort();
  return balanceIn(cap, oldest === undefined ? bucketAt(rolling, nowMs) : bucketOf(rolling, oldest), counted);
}

function balanceIn(cap: BoundCap, span: WindowSpan | undefined, rows: readonly StoredBalance[]): BalanceReport {
  const sum = (of: (row: StoredBalance) => bigint) => rows.reduce((total, row) => total + of(row), 0n);
  return {
    ...cap,
    windowId: span?.id ?? '',
    windowEndsAtMs: span?.endsAtMs ?? 0,
    committedMicros: sum((row) => row.committedMicros),
    heldMicros: sum((row) => row.heldMicros),
  };
}

import { bucketAt, bucketCounts, bucketOf, type CapState, spanAt, type WindowSpan } from '@keybrake/domain';
import type { HoldRequest, StoredBalance } from '../ports/admission-store.js';

interface Balance {
  committedMicros: bigint;
  heldMicros: bigint;
}

/** One share of a reservation that was held. */
export interface HeldShare {
  readonly counter: string;
  readonly windowId: string;
  readonly amountMicros: bigint;
}

export interface Room {
  readonly span: WindowSpan;
  readonly committedMicros: bigint;
  readonly heldMicros: bigint;
  readonly isEnough: boolean;
  readonly capState: CapState;
}

/** What every cap has used, in memory. */
export class SimulatedBalances {
  readonly #counters = new Map<string, Map<string, Balance>>();

  load(rows: readonly StoredBalance[]): void {
    for (const { counter, windowId, committedMicros, heldMicros } of rows) {
      Object.assign(this.#at(counter, windowId), { committedMicros, heldMicros });
    }
  }

  of(counters: readonly string[]): readonly StoredBalance[] {
    return counters.flatMap((counter) =>
      [...(this.#counters.get(counter) ?? [])].map(([windowId, balance]) => ({ counter, windowId, ...balance })),
    );
  }

  hold({ counter, windowId, amountMicros }: HeldShare): void {
    this.#at(counter, windowId).heldMicros += amountMicros;
  }

  /** Undefined: released. */
  settle({ counter, windowId, amountMicros }: HeldShare, actualMicros: bigint | undefined): void {
    const balance = this.#at(counter, windowId);
    balance.heldMicros -= amountMicros;
    balance.committedMicros += actualMicros ?? 0n;
  }

  /** Undefined where the request offers no window of that time. */
  roomFor({ cap, amountMicros, windows, rolling }: HoldRequest, atMs: number): Room | undefined {
    const span = rolling === undefined ? spanAt(windows, atMs) : bucketAt(rolling, atMs);
    if (span === undefined) return undefined;
    const ofCounter = this.#counters.get(cap.counter) ?? new Map<string, Balance>();
    const counted =
      rolling === undefined
        ? [...ofCounter].filter(([id]) => id === span.id)
        : [...ofCounter].filter(([id]) => bucketCounts(rolling, id, atMs)).sort(([a], [b]) => (a < b ? -1 : 1));
    const sum = (of: (balance: Balance) => bigint) => counted.reduce((total, [, balance]) => total + of(balance), 0n);
    const committedMicros = sum((balance) => balance.committedMicros);
    const heldMicros = sum((balance) => balance.heldMicros);
    const { scope, scopeId, window, currency, limitMicros } = cap;
    const missing = committedMicros + heldMicros + amountMicros - limitMicros;
    const leaving = rolling === undefined ? span : bucketOf(rolling, leavingFor(counted, missing) ?? span.id);
    return {
      span,
      committedMicros,
      heldMicros,
      isEnough: missing <= 0n,
      capState: {
        scope,
        scopeId,
        window,
        currency,
        limitMicros,
        committedMicros,
        heldMicros,
        windowId: leaving.id,
        resetsAtMs: window === 'total' ? undefined : leaving.endsAtMs,
      },
    };
  }

  #at(counter: string, windowId: string): Balance {
    const ofCounter = this.#counters.get(counter) ?? new Map<string, Balance>();
    const balance = ofCounter.get(windowId) ?? { committedMicros: 0n, heldMicros: 0n };
    this.#counters.set(counter, ofCounter);
    ofCounter.set(windowId, balance);
    return balance;
  }
}

/** The bucket whose leaving makes the room that is missing. */
function leavingFor(oldestFirst: readonly (readonly [string, Balance])[], missingMicros: bigint): string | undefined {
  let left = missingMicros;
  for (const [id, { committedMicros, heldMicros }] of oldestFirst) {
    left -= committedMicros + heldMicros;
    if (left <= 0n) return id;
  }
  return undefined;
}

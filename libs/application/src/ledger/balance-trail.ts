import type { AccountId, Contribution, Hold, ReservationEvent, ReservationId } from '@keybrake/domain';
import { invariant } from '@keybrake/domain';
import type { BalanceChange, BalanceChangeKind, BalanceDelta, BalanceTotal } from '../ports/ledger-store.js';
import { sortedByKey } from './sorted-by-key.js';

const KIND: Record<ReservationEvent['type'], BalanceChangeKind> = {
  SpendReserved: 'reserved',
  SpendCommitted: 'ended',
  SpendReleased: 'ended',
  SpendTruedUp: 'trued_up',
};

interface Step extends Contribution {
  readonly reservationId: ReservationId;
  readonly kind: BalanceChangeKind;
  readonly eventId: string;
  readonly atMs: number;
}

interface BalanceSteps {
  readonly accountId: AccountId;
  /** The newest one, since it has the newest limit. */
  hold: Hold;
  readonly steps: Step[];
}

/**
 * What each event of a chunk does to each balance, in the order of the log. The rows are written as one sum each; from what
 * they come to then, every event's own before and after are counted backwards.
 */
export class BalanceTrail {
  readonly #balances = new Map<string, BalanceSteps>();

  add(event: ReservationEvent, hold: Hold, delta: Contribution): void {
    const { accountId, reservationId, eventId, occurredAtMs: atMs } = event;
    const key = balanceKey(accountId, hold.counter, hold.windowId);
    const balance = this.#balances.get(key) ?? { accountId, hold, steps: [] };
    balance.hold = hold;
    this.#balances.set(key, balance);
    if (delta.heldMicros === 0n && delta.committedMicros === 0n) return;
    const last = balance.steps.at(-1);
    // A policy may state a cap twice: still one change of the balance that both count under.
    if (last?.eventId === eventId) balance.steps.splice(-1, 1, { ...last, ...sum(last, delta) });
    else balance.steps.push({ reservationId, kind: KIND[event.type], eventId, atMs, ...delta });
  }

  deltas(): readonly BalanceDelta[] {
    return sortedByKey(this.#balances).map(({ accountId, hold, steps }) => {
      const total = steps.reduce<Contribution>(sum, { heldMicros: 0n, committedMicros: 0n });
      return { accountId, hold, ...total, changes: steps.length, lastAtMs: steps.at(-1)?.atMs ?? 0 };
    });
  }

  /** `totals`: every balance of the deltas, as it is with them. */
  changes(totals: readonly BalanceTotal[]): readonly BalanceChange[] {
    const byKey = new Map(totals.map((total) => [balanceKey(total.accountId, total.counter, total.windowId), total]));
    return sortedByKey(this.#balances).flatMap(({ accountId, hold, steps }) => {
      const { counter, windowId } = hold;
      const total = byKey.get(balanceKey(accountId, counter, windowId));
      invariant(total !== undefined, `balance ${counter} ${windowId} was written`);
      return changesOf({ ...total, accountId, counter, windowId }, steps);
    });
  }
}

function changesOf(total: BalanceTotal, steps: readonly Step[]): readonly BalanceChange[] {
  const { accountId, counter, windowId } = total;
  const changes: BalanceChange[] = [];
  let { sequence, heldMicros, committedMicros } = total;
  for (const { reservationId, kind, atMs, ...delta } of steps.toReversed()) {
    const names = { accountId, counter, windowId, sequence, reservationId, kind, atMs };
    const deltas = { heldDeltaMicros: delta.heldMicros, committedDeltaMicros: delta.committedMicros };
    changes.push({ ...names, ...deltas, heldMicros, committedMicros });
    sequence -= 1n;
    heldMicros -= delta.heldMicros;
    committedMicros -= delta.committedMicros;
  }
  return changes.toReversed();
}

/** Names a balance. */
export const balanceKey = (accountId: string, counter: string, windowId: string) =>
  `${accountId} ${counter} ${windowId}`;

function sum(a: Contribution, b: Contribution): Contribution {
  return { heldMicros: a.heldMicros + b.heldMicros, committedMicros: a.committedMicros + b.committedMicros };
}

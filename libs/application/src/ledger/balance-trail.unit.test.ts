import {
  type AccountId,
  type Currency,
  contributionDifference,
  contributionOf,
  type EventId,
  emptyReservation,
  foldReservation,
  type Hold,
  type Reservation,
  type ReservationEvent,
  type ReservationId,
} from '@keybrake/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BalanceChange, BalanceTotal } from '../ports/ledger-store.js';
import { BalanceTrail } from './balance-trail.js';

const ACCOUNT = 'default' as AccountId;
const USD = 'usd' as Currency;

const hold = (counter: string, amountMicros: bigint): Hold => ({
  counter,
  scope: 'key',
  scopeId: 'k1',
  window: 'day',
  windowId: '2026-11-24',
  windowEndsAtMs: 1,
  currency: USD,
  direction: 'any',
  limitMicros: 100n,
  amountMicros,
});

interface Happening {
  readonly type: ReservationEvent['type'];
  readonly reservation: number;
  readonly micros: bigint;
}

/** Only what the fold of a balance looks at. */
const eventOf = ({ type, reservation, micros }: Happening, index: number): ReservationEvent =>
  ({
    type,
    eventId: `evt_${index}` as EventId,
    accountId: ACCOUNT,
    occurredAtMs: index,
    reservationId: `rsv_${reservation}` as ReservationId,
    call: { amount: { currency: USD, micros: 10n } },
    // The second cap is stated twice.
    holds: [hold('a', 10n), ...(reservation % 2 === 0 ? [hold('b', 10n), hold('b', 10n)] : [])],
    reason: 'not_sent',
    actualMicros: micros,
    currency: USD,
    completedAtMs: index,
  }) as unknown as ReservationEvent;

/** Folds as the ledger does, each chunk with a trail of its own and the balances kept in a table. */
function foldChunks(chunks: readonly (readonly ReservationEvent[])[]) {
  const reservations = new Map<string, Reservation>();
  const balances = new Map<string, BalanceTotal>();
  const changes: BalanceChange[] = [];
  for (const events of chunks) {
    const trail = new BalanceTrail();
    for (const event of events) {
      const before = reservations.get(event.reservationId) ?? emptyReservation(event.reservationId);
      const after = foldReservation(before, event);
      reservations.set(event.reservationId, after);
      for (const one of after.facts?.holds ?? []) {
        trail.add(event, one, contributionDifference(contributionOf(before, one), contributionOf(after, one)));
      }
    }
    const totals = trail.deltas().map((delta): BalanceTotal => {
      const { counter, windowId } = delta.hold;
      const old = balances.get(counter);
      return {
        accountId: ACCOUNT,
        counter,
        windowId,
        sequence: (old?.sequence ?? 0n) + BigInt(delta.changes),
        heldMicros: (old?.heldMicros ?? 0n) + delta.heldMicros,
        committedMicros: (old?.committedMicros ?? 0n) + delta.committedMicros,
      };
    });
    for (const total of totals) balances.set(total.counter, total);
    changes.push(...trail.changes(totals));
  }
  return { reservations, balances, changes: Map.groupBy(changes, ({ counter }) => counter) };
}

const happening: fc.Arbitrary<Happening> = fc.record({
  type: fc.constantFrom('SpendReserved', 'SpendCommitted', 'SpendReleased', 'SpendTruedUp'),
  reservation: fc.integer({ min: 0, max: 3 }),
  micros: fc.bigInt(0n, 12n),
});

const chunked = fc
  .record({
    happenings: fc.array(happening, { maxLength: 30 }),
    cuts: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 5 }),
  })
  .map(({ happenings, cuts }) => {
    const events = happenings.map(eventOf);
    const places = [0, ...cuts.toSorted((a, b) => a - b), events.length];
    return { events, chunks: places.slice(1).map((to, index) => events.slice(places[index], to)) };
  });

test('the changes of a balance follow each other without a gap and end at the balance, however the log is cut', () => {
  fc.assert(
    fc.property(chunked, ({ events, chunks }) => {
      const { balances, changes, reservations } = foldChunks(chunks);
      for (const [counter, balance] of balances) {
        let [heldMicros, committedMicros, sequence] = [0n, 0n, 0n];
        for (const change of changes.get(counter) ?? []) {
          heldMicros += change.heldDeltaMicros;
          committedMicros += change.committedDeltaMicros;
          sequence += 1n;
          expect(change).toMatchObject({ heldMicros, committedMicros, sequence });
        }
        expect(balance).toMatchObject({ heldMicros, committedMicros, sequence });
        const counted = [...reservations.values()].flatMap((one) =>
          (one.facts?.holds ?? []).filter((each) => each.counter === counter).map((each) => contributionOf(one, each)),
        );
        expect(heldMicros).toBe(counted.reduce((sum, each) => sum + each.heldMicros, 0n));
        expect(committedMicros).toBe(counted.reduce((sum, each) => sum + each.committedMicros, 0n));
      }
      expect(changes).toEqual(foldChunks([events]).changes);
    }),
    { numRuns: 2_000 },
  );
});

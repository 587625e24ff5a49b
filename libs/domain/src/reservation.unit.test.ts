import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Currency } from './currency.js';
import type { AccountId, EventId, PolicyId, ReservationId, VaultKeyId } from './ids.js';
import { contributionOf, emptyReservation, foldReservation, isAnomaly, type ReservationEvent } from './reservation.js';
import type { Hold, SpendCommitted, SpendReleased, SpendReserved, SpendTruedUp } from './spend-event.js';

const ID = 'rsv_1' as ReservationId;
const USD = 'usd' as Currency;
const base = { eventId: 'evt' as EventId, accountId: 'default' as AccountId, occurredAtMs: 1_000, reservationId: ID };
const hold: Hold = {
  counter: 'key/k/day/UTC/usd/any',
  scope: 'key',
  scopeId: 'k',
  window: 'day',
  windowId: '2026-11-24',
  windowEndsAtMs: 9_999,
  currency: USD,
  direction: 'any',
  limitMicros: 100n,
  amountMicros: 10n,
};
const reserved: SpendReserved = {
  ...base,
  type: 'SpendReserved',
  incarnation: 1,
  call: {
    vaultKeyId: 'k' as VaultKeyId,
    rootKeyId: 'k' as VaultKeyId,
    agentType: 'billing',
    runId: undefined,
    provider: 'stripe',
    operation: 'charges:write',
    endpoint: 'POST /v1/charges',
    policyId: 'pol' as PolicyId,
    policyVersion: 1,
    timeZone: 'UTC',
    idempotencyKey: undefined,
    amount: { currency: USD, micros: 10n },
    direction: 'in',
  },
  fingerprint: 'f',
  reservedAtMs: 1_000,
  holds: [hold],
};
const upstream = { status: 200, requestId: 'req_1', latencyMs: 5 };
const committed = (actualMicros: bigint, completedAtMs: number): SpendCommitted => ({
  ...base,
  type: 'SpendCommitted',
  actualMicros,
  upstream,
  completedAtMs,
  sealedResponse: undefined,
});
const released = (reason: SpendReleased['reason'], occurredAtMs: number): SpendReleased => ({
  ...base,
  type: 'SpendReleased',
  occurredAtMs,
  reason,
  upstream: undefined,
  detail: undefined,
});

const truedUp = (actualMicros: bigint, occurredAtMs: number, currency = USD): SpendTruedUp => ({
  ...base,
  type: 'SpendTruedUp',
  occurredAtMs,
  actualMicros,
  currency,
  source: 'twilio SM1',
});

const fold = (events: readonly ReservationEvent[]) => events.reduce(foldReservation, emptyReservation(ID));

const anyEvent: fc.Arbitrary<ReservationEvent> = fc.oneof(
  fc.constant(reserved),
  fc
    .record({ actual: fc.bigInt(0n, 12n), at: fc.integer({ min: 1, max: 4 }) })
    .map(({ actual, at }) => committed(actual, at)),
  fc
    .record({
      reason: fc.constantFrom('not_launched', 'abandoned', 'not_sent', 'provider_refused'),
      at: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ reason, at }) => released(reason as SpendReleased['reason'], at)),
  fc
    .record({ actual: fc.bigInt(0n, 12n), at: fc.integer({ min: 1, max: 4 }), currency: fc.constantFrom('usd', 'eur') })
    .map(({ actual, at, currency }) => truedUp(actual, at, currency as Currency)),
);

test('any order and any number of copies of the events fold to one state (R5)', () => {
  const shuffled = fc.array(anyEvent, { minLength: 1, maxLength: 6 }).chain((events) =>
    fc.record({
      events: fc.constant(events),
      // every event at least once, some again, in any order
      other: fc.array(fc.integer({ min: 0, max: events.length - 1 }), { maxLength: 6 }).chain((again) => {
        const copies = [...events, ...again.map((index) => events[index] as ReservationEvent)];
        return fc.shuffledSubarray(copies, { minLength: copies.length });
      }),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ events, other }) => {
      expect(fold(other)).toEqual(fold(events));
    }),
    { numRuns: 10_000 },
  );
});

test('a hold counts while the call is open, the actual amount once it is committed, nothing once released', () => {
  expect(contributionOf(fold([reserved]), hold)).toEqual({ heldMicros: 10n, committedMicros: 0n });
  expect(contributionOf(fold([reserved, committed(7n, 2)]), hold)).toEqual({ heldMicros: 0n, committedMicros: 7n });
  expect(contributionOf(fold([reserved, released('not_sent', 2)]), hold)).toEqual({
    heldMicros: 0n,
    committedMicros: 0n,
  });
  expect(contributionOf(fold([committed(7n, 2)]), hold)).toEqual({ heldMicros: 0n, committedMicros: 0n });
});

test('a final price refines a commit, whichever of the two comes first, and counts nothing without one', () => {
  const count = (events: readonly ReservationEvent[]) => contributionOf(fold(events), hold);
  const spent = (committedMicros: bigint) => ({ heldMicros: 0n, committedMicros });
  expect(count([reserved, committed(10n, 2), truedUp(7n, 3)])).toEqual(spent(7n));
  expect(count([truedUp(7n, 3), committed(10n, 2), reserved])).toEqual(spent(7n));
  expect(count([reserved, committed(10n, 2), truedUp(12n, 3)])).toEqual(spent(12n));
  expect(count([reserved, truedUp(7n, 3)])).toEqual({ heldMicros: 10n, committedMicros: 0n });
  expect(count([reserved, released('not_sent', 2), truedUp(7n, 3)])).toEqual(spent(0n));
  expect(count([reserved, committed(10n, 2), truedUp(7n, 3, 'eur' as Currency)])).toEqual(spent(10n));
  expect(count([reserved, committed(10n, 2), truedUp(9n, 4), truedUp(7n, 3)])).toEqual(spent(9n));
});

test('a commit after a wrong release counts, and is an anomaly; after a provider refusal it is none', () => {
  const contradicted = fold([reserved, released('abandoned', 2), committed(7n, 3)]);
  expect(contradicted.outcome).toMatchObject({ state: 'committed', actualMicros: 7n });
  expect(isAnomaly(contradicted)).toBe(true);
  expect(isAnomaly(fold([reserved, released('provider_refused', 2), committed(7n, 3)]))).toBe(false);
});

import type { AuditEntry, Hold, Outcome, Reservation, ReservationId, SpendReserved } from '@keybrake/domain';
import { expect, test } from 'vitest';
import type { CallRecord } from '../ports/call-records.js';
import type { BalanceChange } from '../ports/ledger-store.js';
import { callSteps } from './call-steps.js';

const ID = 'rsv_1' as ReservationId;
const hold = { counter: 'a', windowId: 'total' } as Hold;
const entry = { id: ID, startedAtMs: 1_000, reservedMicros: '10', decision: 'allowed' } as unknown as AuditEntry;
const record = (outcome: Outcome, changes: readonly BalanceChange[] = []): CallRecord => {
  const facts = { holds: [hold], call: {} } as unknown as SpendReserved;
  const reservation: Reservation = { reservationId: ID, facts, outcome, releasedAsUnexecuted: false };
  return { entry, policyName: undefined, keyLabel: undefined, reservation, changes, links: [], related: [] };
};
const change = (more: Partial<BalanceChange>) => ({ counter: 'a', windowId: 'total', ...more }) as BalanceChange;
const released = (atMs: number): Outcome => ({
  state: 'released',
  reason: 'not_sent',
  detail: 'refused',
  upstream: undefined,
  atMs,
});

test('a call in doubt was launched when the admission store says so', () => {
  expect(callSteps(record({ state: 'open' }), undefined).map(({ type }) => type)).toEqual(['reserved']);
  expect(callSteps(record({ state: 'open' }), 1_005)).toMatchObject([
    { type: 'reserved', sinceStartMs: 0, amountMicros: 10n },
    { type: 'launched', sinceStartMs: 5 },
  ]);
});

test('a release says why and gives back what was reserved; a clock that runs behind is no negative time', () => {
  expect(callSteps(record(released(900)), undefined)).toMatchObject([
    { type: 'reserved' },
    { type: 'released', atMs: 900, sinceStartMs: 0, amountMicros: 10n, detail: 'not_sent: refused' },
  ]);
});

test('two changes of one kind are one step, from before the first to after the last', () => {
  const nothing = { heldMicros: 0n, heldDeltaMicros: 0n };
  const changes = [
    change({ kind: 'reserved', heldDeltaMicros: 10n, heldMicros: 15n, committedDeltaMicros: 0n, committedMicros: 0n }),
    change({ kind: 'ended', heldDeltaMicros: -10n, heldMicros: 5n, committedDeltaMicros: 0n, committedMicros: 0n }),
    change({ ...nothing, kind: 'ended', committedDeltaMicros: 7n, committedMicros: 7n }),
  ];
  const steps = callSteps(record(released(1_010), changes), undefined);
  expect(steps.map(({ balances: [balance] }) => [balance?.before, balance?.after])).toEqual([
    [
      { heldMicros: 5n, committedMicros: 0n },
      { heldMicros: 15n, committedMicros: 0n },
    ],
    [
      { heldMicros: 15n, committedMicros: 0n },
      { heldMicros: 0n, committedMicros: 7n },
    ],
  ]);
});

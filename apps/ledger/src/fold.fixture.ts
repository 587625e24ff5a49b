import type {
  AccountId,
  Currency,
  Hold,
  PolicyId,
  ReservationId,
  SpendEvent,
  SpendReserved,
  VaultKeyId,
} from '@keybrake/domain';
import { systemRuntime } from '@keybrake/platform';

export const ACCOUNT = 'default' as AccountId;
export const USD = 'usd' as Currency;

export const hold = (amountMicros: bigint): Hold => ({
  counter: 'key/k1/day/UTC/usd/any',
  scope: 'key',
  scopeId: 'k1',
  window: 'day',
  windowId: '2026-11-24',
  windowEndsAtMs: Date.parse('2026-11-25T00:00:00Z'),
  currency: USD,
  direction: 'any',
  limitMicros: 100_000_000n,
  amountMicros,
});

export function reserved(amountMicros: bigint, idempotencyKey?: string): SpendReserved {
  return {
    type: 'SpendReserved',
    eventId: systemRuntime.newEventId(),
    accountId: ACCOUNT,
    occurredAtMs: Date.parse('2026-11-24T12:00:00Z'),
    reservationId: systemRuntime.newReservationId(),
    incarnation: 1,
    call: {
      vaultKeyId: 'k1' as VaultKeyId,
      rootKeyId: 'k1' as VaultKeyId,
      agentType: 'billing',
      runId: undefined,
      provider: 'stripe',
      operation: 'charges:write',
      endpoint: 'POST /v1/charges',
      policyId: 'pol' as PolicyId,
      policyVersion: 1,
      timeZone: 'UTC',
      idempotencyKey,
      amount: { currency: USD, micros: amountMicros },
      direction: 'in',
    },
    fingerprint: 'f',
    reservedAtMs: Date.parse('2026-11-24T12:00:00Z'),
    holds: [hold(amountMicros)],
  };
}

export function committed(reservationId: ReservationId, actualMicros: bigint): SpendEvent {
  return {
    type: 'SpendCommitted',
    eventId: systemRuntime.newEventId(),
    accountId: ACCOUNT,
    occurredAtMs: Date.parse('2026-11-24T12:00:01Z'),
    reservationId,
    actualMicros,
    upstream: { status: 200, requestId: 'req_1', latencyMs: 12 },
    completedAtMs: Date.parse('2026-11-24T12:00:01Z'),
    sealedResponse: 'sealed',
  };
}

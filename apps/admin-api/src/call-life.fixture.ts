import type {
  CallDenied,
  CallReplayed,
  Currency,
  Hold,
  PolicyId,
  ReservationId,
  RunId,
  SpendCommitted,
  SpendEvent,
  SpendReserved,
} from '@keybrake/domain';
import { systemRuntime } from '@keybrake/platform';
import * as audited from './audit.fixture.js';

const USD = 'usd' as Currency;
const CENT = 10_000n;
const base = (atMs: number) => audited.base({ atMs });

export interface CallParts {
  readonly vaultKeyId: string;
  readonly policyId: string;
  readonly atMs: number;
  readonly cents?: bigint;
  readonly runId?: string;
}

/** A charge as its gateway records it: a key's day cap of $100 counts it. */
export function reserved({ vaultKeyId, policyId, atMs, cents = 1_000n, runId }: CallParts): SpendReserved {
  const amountMicros = cents * CENT;
  const hold: Hold = {
    counter: `key/${vaultKeyId}/day/UTC/usd/any`,
    scope: 'key',
    scopeId: vaultKeyId,
    window: 'day',
    windowId: new Date(atMs).toISOString().slice(0, 10),
    windowEndsAtMs: atMs + 86_400_000,
    currency: USD,
    direction: 'any',
    limitMicros: 10_000n * CENT,
    amountMicros,
  };
  const call = {
    runId: runId as RunId | undefined,
    policyId: policyId as PolicyId,
    idempotencyKey: 'order-1',
  };
  return { ...audited.reserved({ vaultKeyId, atMs, amountMicros, call }), holds: [hold] };
}

export function committed(call: SpendReserved, cents: bigint): SpendCommitted {
  const { reservedAtMs } = call;
  const atMs = reservedAtMs + 250;
  return {
    ...audited.committed(call),
    ...base(atMs),
    actualMicros: cents * CENT,
    upstream: { status: 200, requestId: 'req_1', latencyMs: 240 },
    completedAtMs: atMs,
    times: {
      phasesMs: { parse: 0.25, reserve: 1.5, record: 2, launch: 0.75, forward: 240.125 },
      launchedAtMs: reservedAtMs + 4,
    },
  };
}

export const truedUp = ({ reservationId, reservedAtMs }: SpendReserved, cents: bigint): SpendEvent => ({
  type: 'SpendTruedUp',
  ...base(reservedAtMs + 60_000),
  reservationId,
  actualMicros: cents * CENT,
  currency: USD,
  source: 'twilio SM1',
});

export const denied = ({ call }: SpendReserved, atMs: number): CallDenied => ({
  type: 'CallDenied',
  ...base(atMs),
  callId: systemRuntime.newReservationId(),
  call,
  rule: 'cap_exceeded',
  message: 'daily cap exceeded',
  latencyMs: 3,
});

export const replayed = ({ call, reservationId }: SpendReserved, atMs: number): CallReplayed => ({
  type: 'CallReplayed',
  ...base(atMs),
  callId: systemRuntime.newReservationId(),
  call,
  originalReservationId: reservationId,
  status: 200,
  latencyMs: 2,
});

/** What a gateway looked up before it reserved the call. */
export function priceLook(call: SpendReserved): SpendReserved {
  const reservationId: ReservationId = systemRuntime.newReservationId();
  const free = { ...call.call, operation: 'charges:read', amount: undefined, idempotencyKey: undefined };
  const own = { ...base(call.occurredAtMs - 1), reservedAtMs: call.reservedAtMs - 1, reservationId };
  return { ...call, ...own, call: free, holds: [], fingerprint: '', pricesFor: call.reservationId };
}

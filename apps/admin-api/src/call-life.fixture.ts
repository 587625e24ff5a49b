import { foldChunk, type LogRecord } from '@keybrake/application';
import type {
  AccountId,
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
  VaultKeyId,
} from '@keybrake/domain';
import { jsonEventCodec } from '@keybrake/event-log';
import { createDigests, systemRuntime } from '@keybrake/platform';
import { type Pool, PostgresLedgerStore } from '@keybrake/storage';

export const ACCOUNT = 'default' as AccountId;
const USD = 'usd' as Currency;
const CENT = 10_000n;

/** Folds events as the ledger does, behind what was folded before. */
export async function fold(pool: Pool, events: readonly SpendEvent[]): Promise<void> {
  const store = new PostgresLedgerStore(pool);
  await store.openPartitions(1);
  const next = (await store.positions()).get(0)?.next ?? 0n;
  const records = events.map((event, index): LogRecord => {
    return { partition: 0, position: next + BigInt(index), body: jsonEventCodec.encode(event), accountId: ACCOUNT };
  });
  await foldChunk({ store, codec: jsonEventCodec, digests: createDigests(new Uint8Array(32)) }, 0, records);
}

const base = (atMs: number) => ({
  eventId: systemRuntime.newEventId(),
  accountId: ACCOUNT,
  occurredAtMs: atMs,
});

export interface CallParts {
  readonly vaultKeyId: string;
  readonly policyId: string;
  readonly atMs: number;
  readonly cents?: bigint;
  readonly runId?: string;
}

/** A charge as its gateway records it: a key's day cap of $100 counts it. */
export function reserved({ vaultKeyId, policyId, atMs, cents = 1_000n, runId }: CallParts): SpendReserved {
  const key = vaultKeyId as VaultKeyId;
  const micros = cents * CENT;
  const hold: Hold = {
    counter: `key/${key}/day/UTC/usd/any`,
    scope: 'key',
    scopeId: key,
    window: 'day',
    windowId: new Date(atMs).toISOString().slice(0, 10),
    windowEndsAtMs: atMs + 86_400_000,
    currency: USD,
    direction: 'any',
    limitMicros: 10_000n * CENT,
    amountMicros: micros,
  };
  return {
    type: 'SpendReserved',
    ...base(atMs),
    reservationId: systemRuntime.newReservationId(),
    incarnation: 1,
    call: {
      vaultKeyId: key,
      rootKeyId: key,
      agentType: 'billing',
      runId: runId as RunId | undefined,
      provider: 'stripe',
      operation: 'charges:write',
      endpoint: 'POST /v1/charges',
      policyId: policyId as PolicyId,
      policyVersion: 1,
      timeZone: 'UTC',
      idempotencyKey: 'order-1',
      amount: { currency: USD, micros },
      direction: 'in',
    },
    fingerprint: 'f',
    reservedAtMs: atMs,
    holds: [hold],
  };
}

export function committed({ reservationId, reservedAtMs }: SpendReserved, cents: bigint): SpendCommitted {
  const atMs = reservedAtMs + 250;
  return {
    type: 'SpendCommitted',
    ...base(atMs),
    reservationId,
    actualMicros: cents * CENT,
    upstream: { status: 200, requestId: 'req_1', latencyMs: 240 },
    completedAtMs: atMs,
    sealedResponse: undefined,
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

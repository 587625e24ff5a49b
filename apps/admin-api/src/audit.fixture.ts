import { foldChunk } from '@keybrake/application';
import type {
  AccountId,
  CallDenied,
  CallIdentity,
  Currency,
  ReservationId,
  RunId,
  SpendCommitted,
  SpendEvent,
  SpendReserved,
} from '@keybrake/domain';
import { jsonEventCodec } from '@keybrake/event-log';
import { createDigests, systemRuntime } from '@keybrake/platform';
import { type Pool, PostgresLedgerStore } from '@keybrake/storage';
import { callIdentity } from '@keybrake/testing/call-identity';

export const ACCOUNT = 'default' as AccountId;
const PARTITIONS = 4;

export interface CallWish {
  readonly accountId?: AccountId;
  readonly vaultKeyId?: string;
  readonly atMs?: number;
  readonly amountMicros?: bigint;
  readonly call?: Partial<CallIdentity>;
}

function identity({ vaultKeyId = 'k1', amountMicros = 10_000_000n, call }: CallWish): CallIdentity {
  const amount = { currency: 'usd' as Currency, micros: amountMicros };
  return { ...callIdentity({ vaultKeyId, runId: 'run-1' as RunId, amount, direction: 'in' }), ...call };
}

export const base = ({ accountId = ACCOUNT, atMs = Date.now() }: CallWish) => ({
  eventId: systemRuntime.newEventId(),
  accountId,
  occurredAtMs: atMs,
});

export function reserved(wish: CallWish = {}): SpendReserved {
  const event = base(wish);
  return {
    ...event,
    type: 'SpendReserved',
    reservationId: systemRuntime.newReservationId(),
    incarnation: 1,
    call: identity(wish),
    fingerprint: 'f',
    reservedAtMs: event.occurredAtMs,
    holds: [],
  };
}

export function committed(
  { accountId, reservationId, occurredAtMs, call }: SpendReserved,
  status = 200,
): SpendCommitted {
  return {
    ...base({ accountId, atMs: occurredAtMs + 20 }),
    type: 'SpendCommitted',
    reservationId: reservationId as ReservationId,
    actualMicros: call.amount?.micros ?? 0n,
    upstream: { status, requestId: `req_${reservationId}`, latencyMs: 12 },
    completedAtMs: occurredAtMs + 20,
    sealedResponse: undefined,
  };
}

export function denied(wish: CallWish, rule: CallDenied['rule'], message: string): CallDenied {
  return {
    ...base(wish),
    type: 'CallDenied',
    callId: systemRuntime.newReservationId(),
    call: identity(wish),
    rule,
    message,
    latencyMs: 1,
  };
}

/** A partition of the log and the ledger that folds it. */
export class FoldedLog {
  readonly #store: PostgresLedgerStore;
  readonly #partition: number;
  #next = 0n;

  private constructor(store: PostgresLedgerStore, partition: number) {
    this.#store = store;
    this.#partition = partition;
  }

  static async open(pool: Pool, partition = 0): Promise<FoldedLog> {
    const store = new PostgresLedgerStore(pool);
    await store.openPartitions(PARTITIONS);
    return new FoldedLog(store, partition);
  }

  async fold(...events: readonly SpendEvent[]): Promise<void> {
    const records = events.map((event, index) => ({
      partition: this.#partition,
      position: this.#next + BigInt(index),
      body: jsonEventCodec.encode(event),
    }));
    const ports = {
      store: this.#store,
      codec: jsonEventCodec,
      digests: createDigests({ pepper: new Uint8Array(32), newerPeppers: [] }),
    };
    const result = await foldChunk(ports, this.#partition, records);
    if (result?.folded !== events.length) throw new Error(`folded ${result?.folded} of ${events.length} events`);
    this.#next += BigInt(events.length);
  }
}

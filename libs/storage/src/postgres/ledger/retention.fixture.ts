import { foldChunk } from '@keybrake/application';
import type {
  AccountId,
  CallDenied,
  CallIdentity,
  Currency,
  Hold,
  PolicyId,
  SpendCommitted,
  SpendEvent,
  SpendReserved,
  VaultKeyId,
} from '@keybrake/domain';
import { jsonEventCodec } from '@keybrake/event-log';
import { createDigests, systemRuntime } from '@keybrake/platform';
import { createDatabase } from '@keybrake/testing/postgres';
import { inject } from 'vitest';
import { createPool, type Pool } from '../database.js';
import { PostgresAuditReports } from '../reports/audit-reports.js';
import { PostgresLedgerStore } from './ledger-store.js';

export const ACCOUNT = 'default' as AccountId;
export const digests = createDigests(new Uint8Array(32));
const USD = 'usd' as Currency;

const identity = (vaultKeyId: string): CallIdentity => ({
  vaultKeyId: vaultKeyId as VaultKeyId,
  rootKeyId: vaultKeyId as VaultKeyId,
  agentType: 'billing',
  runId: undefined,
  provider: 'stripe',
  operation: 'charges:write',
  endpoint: 'POST /v1/charges',
  policyId: 'pol_1' as PolicyId,
  policyVersion: 1,
  timeZone: 'UTC',
  idempotencyKey: undefined,
  amount: { currency: USD, micros: 1_000_000n },
  direction: 'in',
});

const base = (atMs: number, accountId = ACCOUNT) => ({
  eventId: systemRuntime.newEventId(),
  accountId,
  occurredAtMs: atMs,
});

/** Of a cap that never starts anew. */
const hold = (vaultKeyId: string): Hold => ({
  counter: `key/${vaultKeyId}/total/usd/any`,
  scope: 'key',
  scopeId: vaultKeyId,
  window: 'total',
  windowId: 'total',
  windowEndsAtMs: 9_007_199_254_740_991,
  currency: USD,
  direction: 'any',
  limitMicros: 1_000_000_000n,
  amountMicros: 1_000_000n,
});

export function reserved(vaultKeyId: string, atMs: number, idempotencyKey?: string): SpendReserved {
  return {
    ...base(atMs),
    type: 'SpendReserved',
    reservationId: systemRuntime.newReservationId(),
    incarnation: 1,
    call: { ...identity(vaultKeyId), idempotencyKey },
    fingerprint: 'f',
    reservedAtMs: atMs,
    holds: [hold(vaultKeyId)],
  };
}

export function committed({ reservationId, call }: SpendReserved, atMs: number): SpendCommitted {
  return {
    ...base(atMs),
    type: 'SpendCommitted',
    reservationId,
    actualMicros: call.amount?.micros ?? 0n,
    upstream: { status: 200, requestId: `req_${reservationId}`, latencyMs: 12 },
    completedAtMs: atMs,
    sealedResponse: 'sealed',
  };
}

/** A call that ends within a second. */
export function called(vaultKeyId: string, atMs: number, idempotencyKey?: string): readonly SpendEvent[] {
  const begun = reserved(vaultKeyId, atMs, idempotencyKey);
  return [begun, committed(begun, atMs + 1_000)];
}

export function denied(vaultKeyId: string, atMs: number): CallDenied {
  return {
    ...base(atMs),
    type: 'CallDenied',
    callId: systemRuntime.newReservationId(),
    call: identity(vaultKeyId),
    rule: 'cap_exceeded',
    message: 'no room',
    latencyMs: 1,
  };
}

/** A ledger with a partition of the log of its own, in a database of its own. */
export class RetentionScene {
  readonly pool: Pool;
  readonly #drop: () => Promise<void>;
  #next = 0n;

  private constructor(pool: Pool, drop: () => Promise<void>) {
    this.pool = pool;
    this.#drop = drop;
  }

  static async open(url?: string): Promise<RetentionScene> {
    const database = url === undefined ? await createDatabase(inject('postgresUrl')) : { url, drop: async () => {} };
    const options = { applicationName: 'test', connectionsMax: 6, onIdleError: () => undefined };
    const scene = new RetentionScene(createPool({ url: database.url, ...options }), database.drop);
    await new PostgresLedgerStore(scene.pool).openPartitions(1);
    return scene;
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.#drop();
  }

  /** Tells how many were new. */
  async fold(...events: readonly SpendEvent[]): Promise<number> {
    const first = this.#next;
    const records = events.map((event, index) => ({
      partition: 0,
      position: first + BigInt(index),
      body: jsonEventCodec.encode(event),
    }));
    const ports = { store: new PostgresLedgerStore(this.pool), codec: jsonEventCodec, digests };
    const result = await foldChunk(ports, 0, records);
    this.#next += BigInt(events.length);
    return result?.folded ?? 0;
  }

  verify(accountId = ACCOUNT) {
    return new PostgresAuditReports(this.pool, digests).verifyAccount(accountId);
  }

  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  /** Rows of a table that is split, by partition; empty ones are left out. */
  async rowsByPartition(table: string): Promise<Readonly<Record<string, number>>> {
    const rows = await this.sql<{ name: string; rows: number }>(
      `select tableoid::regclass::text as name, count(*)::integer as rows from ledger.${table} group by 1 order by 1`,
    );
    return Object.fromEntries(rows.map(({ name, rows: count }) => [name.replace(`ledger.${table}_`, ''), count]));
  }
}

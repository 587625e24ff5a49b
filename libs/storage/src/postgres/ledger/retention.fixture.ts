import { foldChunk, pruneMonths, writeCheckpoints } from '@keybrake/application';
import {
  type AccountId,
  type CallDenied,
  type Currency,
  type Hold,
  type ReservationId,
  type SpendCommitted,
  type SpendEvent,
  type SpendReserved,
  utcDay,
} from '@keybrake/domain';
import { jsonEventCodec } from '@keybrake/event-log';
import { createDigests, systemRuntime } from '@keybrake/platform';
import { callIdentity } from '@keybrake/testing/call-identity';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import pg from 'pg';
import { inject } from 'vitest';
import { createPool, type Pool } from '../database.js';
import { PostgresAuditReports } from '../reports/audit-reports.js';
import { PostgresCheckpointStore } from './checkpoint-store.js';
import { PostgresLedgerStore } from './ledger-store.js';
import { PostgresRetentionStore } from './retention-store.js';
import { SPLIT_TABLES } from './split-tables.js';

export const ACCOUNT = 'default' as AccountId;
export const digests = createDigests({ pepper: new Uint8Array(32), newerPeppers: [] });
const DAY_MS = 86_400_000;
const RETENTION_DAYS = 35;
const USD = 'usd' as Currency;

const identity = (vaultKeyId: string) =>
  callIdentity({ vaultKeyId, amount: { currency: USD, micros: 1_000_000n }, direction: 'in' });

/** As a gateway makes them: the time stands in front. */
function idAt(atMs: number): ReservationId {
  const hex = atMs.toString(16).padStart(12, '0');
  return `rsv_${hex.slice(0, 8)}-${hex.slice(8)}${systemRuntime.newReservationId().slice(17)}` as ReservationId;
}

const base = (atMs: number, accountId = ACCOUNT) => ({
  eventId: systemRuntime.newEventId(),
  accountId,
  occurredAtMs: atMs,
});

/** Of a cap that never starts anew, and of one that does every day. */
function holds(vaultKeyId: string, atMs: number): Hold[] {
  const day = utcDay(atMs);
  const windows = [
    { window: 'total', windowId: 'total', windowEndsAtMs: 9_007_199_254_740_991 },
    { window: 'day', windowId: day, windowEndsAtMs: Date.parse(day) + DAY_MS },
  ] as const;
  return windows.map((window) => ({
    ...window,
    counter: `key/${vaultKeyId}/${window.window}/usd/any`,
    scope: 'key',
    scopeId: vaultKeyId,
    currency: USD,
    direction: 'any',
    limitMicros: 1_000_000_000n,
    amountMicros: 1_000_000n,
  }));
}

export function reserved(vaultKeyId: string, atMs: number, idempotencyKey?: string): SpendReserved {
  return {
    ...base(atMs),
    type: 'SpendReserved',
    reservationId: idAt(atMs),
    incarnation: 1,
    call: { ...identity(vaultKeyId), idempotencyKey },
    fingerprint: 'f',
    reservedAtMs: atMs,
    holds: holds(vaultKeyId, atMs),
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
    callId: idAt(atMs),
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
    const store = new PostgresLedgerStore(scene.pool);
    await store.openPartitions(1);
    scene.#next = (await store.positions()).get(0)?.next ?? 0n;
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
    if (result === undefined) throw new Error('another ledger has the partition');
    this.#next += BigInt(events.length);
    return result.folded;
  }

  /** As if it had been installed long ago: everything before is in the first partition, each month since in its own. */
  async splitSince(firstUntilMs: number, untilMs: number): Promise<void> {
    for (const { table } of SPLIT_TABLES) {
      await this.sql(`drop table ledger.${table}_first`);
      await this.sql(
        `create table ledger.${table}_first partition of ledger.${table} for values from (minvalue) to (${firstUntilMs})`,
      );
    }
    await this.#retention().makeMonths(untilMs);
  }

  /** The checkpoints of the days before. */
  async seal(nowMs: number): Promise<void> {
    const checkpoints = new PostgresCheckpointStore(this.pool, digests);
    await writeCheckpoints({ checkpoints, runtime: { nowMs: () => nowMs } }, () => false);
  }

  /** Drops what is wholly before a month's start, as a ledger does that keeps so much. */
  prune(dueMs: number) {
    const nowMs = dueMs + RETENTION_DAYS * DAY_MS + 1;
    const ports = { retention: this.#retention(), runtime: { nowMs: () => nowMs } };
    return pruneMonths(ports, RETENTION_DAYS, () => false);
  }

  #retention() {
    return new PostgresRetentionStore(this.pool, digests);
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

/** A database with all that another one has, to which nobody is connected. */
export async function copyDatabase(url: string): Promise<TestDatabase> {
  const source = new URL(url).pathname.slice(1);
  copies += 1;
  const name = `${source}_copy_${copies}`;
  await asAdmin(`create database ${name} template ${source}`);
  return {
    url: Object.assign(new URL(url), { pathname: `/${name}` }).href,
    drop: () => asAdmin(`drop database ${name} with (force)`),
  };
}

let copies = 0;

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

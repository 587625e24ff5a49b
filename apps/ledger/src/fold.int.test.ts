import { createFoldSink, type EventAppender, type FoldPorts, foldChunk, type LogRecord } from '@keybrake/application';
import type { EventId, ReservationId, SpendEvent } from '@keybrake/domain';
import { GroupAppender, jsonEventCodec, PolledSource, PostgresEventLog } from '@keybrake/event-log';
import { createDigests, systemRuntime } from '@keybrake/platform';
import { asUnavailable, createPool, type Pool, PostgresLedgerStore } from '@keybrake/storage';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ACCOUNT, committed, hold, reserved, USD } from './fold.fixture.js';

const digests = createDigests({ pepper: new Uint8Array(32), newerPeppers: [] });

let database: TestDatabase;
let pool: Pool;
let log: EventAppender;
let reader: PostgresEventLog;
let ports: FoldPorts;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  pool = createPool({ url: database.url, applicationName: 'fold', connectionsMax: 8, onIdleError: () => undefined });
  reader = await PostgresEventLog.open(pool, asUnavailable);
  log = new GroupAppender(reader, jsonEventCodec);
  ports = { store: new PostgresLedgerStore(pool), codec: jsonEventCodec, digests };
  // More than the log has, for records that are handed in directly.
  await ports.store.openPartitions(reader.partitions + 4);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const failures: unknown[] = [];

async function foldEverything(): Promise<void> {
  const source = new PolledSource(reader, { chunkRecordsMax: 7, idleMs: 1, retryMs: 1 });
  const folding = await source.start(
    createFoldSink(ports, () => undefined),
    { lag: () => undefined, failed: (error) => failures.push(error), fatal: (error) => failures.push(error) },
  );
  await eventually('the ledger to fold everything', isBehind, (behind) => !behind);
  await folding.stop();
  expect(failures).toEqual([]);
}

async function isBehind(): Promise<boolean> {
  const positions = await ports.store.positions();
  return [...(await reader.ends())].some(([partition, end]) => (positions.get(partition)?.next ?? 0n) < end);
}

async function balance() {
  const { rows } = await pool.query('select committed_micros, held_micros from ledger.balances where counter = $1', [
    hold(0n).counter,
  ]);
  return rows[0] as { committed_micros: bigint; held_micros: bigint } | undefined;
}

describe('fold', () => {
  test('holds, commits and releases become balances, records, spend and audit in one step', async () => {
    const kept = reserved(10_000_000n, 'order-1');
    const open = reserved(5_000_000n);
    await log.append(ACCOUNT, [kept, open, committed(kept.reservationId, 9_000_000n)]);
    await foldEverything();
    expect(await balance()).toEqual({ committed_micros: 9_000_000n, held_micros: 5_000_000n });
    const spend = await pool.query('select committed_micros, held_micros, calls, denials from ledger.day_spend');
    expect(spend.rows).toEqual([{ committed_micros: 9_000_000n, held_micros: 5_000_000n, calls: 2n, denials: 0n }]);
    const records = await pool.query(
      'select idempotency_key, state, upstream_status, sealed_response from ledger.idempotency_records',
    );
    expect(records.rows).toEqual([
      { idempotency_key: 'order-1', state: 'committed', upstream_status: 200, sealed_response: 'sealed' },
    ]);
    const audit = await pool.query(
      'select state, committed_micros, upstream_request_id from ledger.audit_entries order by state',
    );
    expect(audit.rows).toEqual([
      { state: 'committed', committed_micros: 9_000_000n, upstream_request_id: 'req_1' },
      { state: 'open', committed_micros: null, upstream_request_id: null },
    ]);
  });

  test('an event that is appended again under its id changes nothing', async () => {
    const before = await balance();
    const event = reserved(1_000_000n);
    await log.append(ACCOUNT, [event]);
    await log.append(ACCOUNT, [event]);
    await foldEverything();
    const after = await balance();
    expect((after?.held_micros ?? 0n) - (before?.held_micros ?? 0n)).toBe(1_000_000n);
  });

  test('a sealed request is kept as long as its call is open, and leaves with the outcome', async () => {
    const event = { ...reserved(1_000_000n), sealedRequest: 'sealed request' };
    const keptOf = async () =>
      (
        await pool.query('select sealed_request, facts from ledger.reservations where reservation_id = $1', [
          event.reservationId,
        ])
      ).rows[0] as { sealed_request: string | null; facts: object };
    await log.append(ACCOUNT, [event]);
    await foldEverything();
    expect((await keptOf()).sealed_request).toBe('sealed request');
    // A copy under another id, as a record of a build that kept no request, changes nothing.
    const { sealedRequest: _left, ...older } = { ...event, eventId: systemRuntime.newEventId() };
    await log.append(ACCOUNT, [older]);
    await foldEverything();
    expect((await keptOf()).sealed_request).toBe('sealed request');
    await log.append(ACCOUNT, [committed(event.reservationId, 1_000_000n)]);
    await foldEverything();
    const kept = await keptOf();
    expect(kept.sealed_request).toBeNull();
    expect(JSON.stringify(kept.facts)).not.toContain('sealed request');
  });

  test('a look-up of the resolver is in the audit, and no call of the agent', async () => {
    const calls = async () => (await pool.query('select sum(calls) as calls from ledger.day_spend')).rows[0] as object;
    const before = await calls();
    const { reservationId } = reserved(1n);
    const look = { ...reserved(0n), holds: [], resolves: reservationId };
    await log.append(ACCOUNT, [look, committed(look.reservationId, 0n)]);
    await foldEverything();
    expect(await calls()).toEqual(before);
    const { rows } = await pool.query('select message, state from ledger.audit_entries where id = $1', [
      look.reservationId,
    ]);
    expect(rows).toEqual([{ message: `looked up by the resolver for ${reservationId}`, state: 'committed' }]);
  });

  test('a final price counts in place of the committed amount, also when it is folded first; a price above is an anomaly', async () => {
    const truedUp = (reservationId: ReservationId, actualMicros: bigint): SpendEvent => ({
      type: 'SpendTruedUp',
      eventId: systemRuntime.newEventId(),
      accountId: ACCOUNT,
      occurredAtMs: Date.parse('2026-11-24T12:05:00Z'),
      reservationId,
      actualMicros,
      currency: USD,
      source: 'twilio SM1',
    });
    const before = (await balance())?.committed_micros ?? 0n;
    const counted = async () => ((await balance())?.committed_micros ?? 0n) - before;
    const [early, late] = [reserved(1_000_000n), reserved(1_000_000n)];
    await log.append(ACCOUNT, [truedUp(early.reservationId, 400_000n)]);
    await foldEverything();
    await log.append(ACCOUNT, [committed(early.reservationId, 1_000_000n)]);
    await foldEverything();
    expect(await counted()).toBe(0n);
    await log.append(ACCOUNT, [early, late, committed(late.reservationId, 900_000n)]);
    await foldEverything();
    expect(await counted()).toBe(1_300_000n);
    await log.append(ACCOUNT, [truedUp(late.reservationId, 1_100_000n)]);
    await foldEverything();
    expect(await counted()).toBe(1_500_000n);
    const { rows } = await pool.query(
      `select a.committed_micros, a.final_micros, n.kind from ledger.audit_entries a
         left join ledger.anomalies n on n.reservation_id = a.id where a.id = any($1) order by a.final_micros`,
      [[early.reservationId, late.reservationId]],
    );
    expect(rows).toEqual([
      { committed_micros: 1_000_000n, final_micros: 400_000n, kind: null },
      { committed_micros: 900_000n, final_micros: 1_100_000n, kind: 'overage' },
    ]);
    const outcomes = await ports.store.outcomes([early.reservationId, late.reservationId]);
    expect([...outcomes.values()]).toMatchObject([{ actualMicros: 400_000n }, { actualMicros: 1_100_000n }]);
  });

  test('copies in the log itself are folded once', async () => {
    const before = await balance();
    const event = reserved(1_000_000n);
    const body = jsonEventCodec.encode(event);
    const partition = 8;
    const records: LogRecord[] = [0n, 1n, 2n].map((offset) => ({ partition, position: offset, body }));
    expect(await foldChunk(ports, partition, records)).toMatchObject({ folded: 1, duplicates: 2, deadLetters: 0 });
    expect(((await balance())?.held_micros ?? 0n) - (before?.held_micros ?? 0n)).toBe(1_000_000n);
  });

  test('an unreadable record goes to the dead letters, and the next one is folded', async () => {
    const partition = 9;
    const good = reserved(1_000_000n);
    const bodies = ['{"schemaVersion":2}', 'no json', jsonEventCodec.encode(good)];
    const records = bodies.map((body, index) => ({ partition, position: BigInt(index), body }));
    expect(await foldChunk(ports, partition, records)).toMatchObject({ folded: 1, duplicates: 0, deadLetters: 2 });
    const { rows } = await pool.query('select position, problem from ledger.dead_letters order by position');
    expect(rows).toEqual([
      { position: 0n, problem: 'schema version 2 is not 1' },
      { position: 1n, problem: 'not a JSON object' },
    ]);
  });

  test('a reservation of an older incarnation behind its fence is void; one before it, and a newer one, hold (R1)', async () => {
    const partition = 10;
    const before = await balance();
    const fence = (incarnation: number): SpendEvent => ({
      type: 'IncarnationFenced',
      eventId: systemRuntime.newEventId(),
      accountId: ACCOUNT,
      occurredAtMs: 1,
      incarnation,
    });
    const [early, late, current] = [reserved(1_000_000n), reserved(2_000_000n), reserved(4_000_000n)];
    const events = [early, fence(2), late, { ...current, incarnation: 2 }, fence(3)];
    const records = events.map((event, index) => ({
      partition,
      position: BigInt(index),
      body: jsonEventCodec.encode(event),
    }));
    // In two chunks, so that the fence is also remembered from one to the next.
    await foldChunk(ports, partition, records.slice(0, 2));
    await foldChunk(ports, partition, records.slice(2));
    expect(((await balance())?.held_micros ?? 0n) - (before?.held_micros ?? 0n)).toBe(5_000_000n);
    const { rows } = await pool.query('select state, outcome from ledger.reservations where reservation_id = $1', [
      late.reservationId,
    ]);
    expect(rows).toMatchObject([{ state: 'released', outcome: { reason: 'fenced' } }]);
  });

  test('a chunk that does not start at the position is dropped whole', async () => {
    const records = [{ partition: 11, position: 5n, body: jsonEventCodec.encode(reserved(1_000_000n)) }];
    const before = await balance();
    expect(await foldChunk(ports, 11, records)).toBeUndefined();
    expect(await balance()).toEqual(before);
  });

  test('four ledgers at once fold 2,000 events once each', async () => {
    const before = await balance();
    const foldedCommits = async () =>
      (await pool.query('select count(*) as folded from ledger.events where type = $1', ['SpendCommitted']))
        .rows[0] as {
        folded: bigint;
      };
    const { folded } = await foldedCommits();
    const calls = Array.from({ length: 1_000 }, () => reserved(1_000n));
    await Promise.all(calls.map((call) => log.append(ACCOUNT, [call, committed(call.reservationId, 1_000n)])));
    await Promise.all(Array.from({ length: 4 }, foldEverything));
    await foldEverything();
    const after = await balance();
    expect((after?.committed_micros ?? 0n) - (before?.committed_micros ?? 0n)).toBe(1_000_000n);
    expect(after?.held_micros).toBe(before?.held_micros);
    expect(await foldedCommits()).toEqual({ folded: folded + 1_000n });
  });

  test('the log refuses to be edited', async () => {
    await expect(pool.query("update event_log.records set body = '{}'")).rejects.toThrow('append-only');
    await expect(pool.query('delete from event_log.records')).rejects.toThrow('append-only');
  });

  test('events survive the way to bytes and back', () => {
    const event = { ...reserved(9_007_199_254_740_993n), eventId: 'evt_1' as EventId };
    expect(jsonEventCodec.decode(jsonEventCodec.encode(event))).toEqual(
      JSON.parse(JSON.stringify(event, bigintsAside), revive),
    );
  });
});

const bigintsAside = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
const revive = (_key: string, value: unknown) =>
  typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;

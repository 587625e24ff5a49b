import { readFile } from 'node:fs/promises';
import { type FoldPorts, foldChunk, type LogRecord } from '@keybrake/application';
import type { PolicyId, ProviderId, ReservationId, RunId, SpendEvent } from '@keybrake/domain';
import { jsonEventCodec } from '@keybrake/event-log';
import { createDigests, systemRuntime } from '@keybrake/platform';
import { createPool, type Pool, PostgresLedgerStore } from '@keybrake/storage';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ACCOUNT, committed, hold, reserved, USD } from './fold.fixture.js';

let database: TestDatabase;
let pool: Pool;
let ports: FoldPorts;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  pool = createPool({ url: database.url, applicationName: 'fold', connectionsMax: 4, onIdleError: () => undefined });
  const store = new PostgresLedgerStore(pool);
  ports = { store, codec: jsonEventCodec, digests: createDigests({ pepper: new Uint8Array(32), newerPeppers: [] }) };
  await store.openPartitions(1);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const base = (atMs: number) => ({ eventId: systemRuntime.newEventId(), accountId: ACCOUNT, occurredAtMs: atMs });
const NOON = Date.parse('2026-11-24T12:00:00Z');

/** Two days, two runs, two providers, every kind of event, and each order that a log may have. */
function events(): readonly SpendEvent[] {
  const call = (more: { runId?: string; provider?: string; agentType?: string; atMs?: number; micros?: bigint }) => {
    const { runId, provider = 'stripe', agentType = 'billing', atMs = NOON, micros = 10_000_000n } = more;
    const event = reserved(micros);
    const identity = { runId: runId as RunId | undefined, provider: provider as ProviderId, agentType };
    const holds = [hold(micros), { ...hold(micros), counter: 'account/default/total/UTC/usd/any', windowId: 'total' }];
    return { ...event, occurredAtMs: atMs, reservedAtMs: atMs, call: { ...event.call, ...identity }, holds };
  };
  const [kept, refused, open, late] = [
    call({ runId: 'run-1' }),
    call({ runId: 'run-1', agentType: 'refunds' }),
    call({ runId: 'run-2', provider: 'twilio', atMs: NOON + 86_400_000 }),
    call({ provider: 'twilio', micros: 400n }),
  ];
  const { holds: _holds, ...look } = call({ runId: 'run-1' });
  const free = { ...look.call, amount: undefined };
  const released = (reservationId: ReservationId): SpendEvent => ({
    ...{ type: 'SpendReleased', ...base(NOON + 50), reservationId },
    ...{ reason: 'provider_refused', upstream: undefined, detail: undefined },
  });
  const truedUp: SpendEvent = {
    ...{ type: 'SpendTruedUp', ...base(NOON + 90_000), reservationId: late.reservationId },
    ...{ actualMicros: 300n, currency: USD, source: 'twilio SM1' },
  };
  const denied: SpendEvent = {
    ...{ type: 'CallDenied', ...base(NOON + 70), callId: systemRuntime.newReservationId() },
    ...{
      call: { ...free, policyId: 'pol' as PolicyId },
      rule: 'cap_exceeded',
      message: 'daily cap exceeded',
      latencyMs: 2,
    },
  };
  const replayed: SpendEvent = {
    ...{ type: 'CallReplayed', ...base(NOON + 80), callId: systemRuntime.newReservationId(), call: kept.call },
    ...{ originalReservationId: kept.reservationId, status: 200, latencyMs: 2 },
  };
  return [
    { ...look, call: free, holds: [], fingerprint: '', pricesFor: kept.reservationId },
    kept,
    refused,
    committed(kept.reservationId, 9_000_000n),
    released(refused.reservationId),
    open,
    denied,
    replayed,
    committed(late.reservationId, 400n),
    late,
    truedUp,
  ];
}

const TABLES = ['balances', 'balance_changes', 'day_spend', 'runs', 'run_day_spend', 'month_calls'];

async function tables(): Promise<Record<string, unknown[]>> {
  const read = async (table: string) =>
    [table, (await pool.query(`select to_jsonb(t) as row from ledger.${table} t order by t::text`)).rows] as const;
  return Object.fromEntries(await Promise.all(TABLES.map(read)));
}

async function fold(all: readonly SpendEvent[], chunkMax: number): Promise<void> {
  const records = all.map((event, index): LogRecord => {
    return { partition: 0, position: BigInt(index), body: jsonEventCodec.encode(event), accountId: ACCOUNT };
  });
  for (let start = 0; start < records.length; start += chunkMax) {
    const chunk = records.slice(start, start + chunkMax);
    expect(await foldChunk(ports, 0, chunk)).toMatchObject({ folded: chunk.length, deadLetters: 0 });
  }
}

test('changes, spend, runs and calls of a month: folded, folded anew from the log, and counted from older tables', async () => {
  const all = events();
  await fold(all, 3);
  const folded = await tables();

  const changes = await pool.query(
    `select sequence, kind, at_ms - $1::bigint as after_ms, held_delta_micros as held, committed_delta_micros as committed,
            held_micros as held_after, committed_micros as committed_after
       from ledger.balance_changes where window_id = 'total' order by sequence`,
    [NOON],
  );
  const told = changes.rows.map((row) =>
    Object.values(row as object)
      .map(String)
      .join(' '),
  );
  expect(told).toEqual([
    '1 reserved 0 10000000 0 10000000 0',
    '2 reserved 0 10000000 0 20000000 0',
    '3 ended 1000 -10000000 9000000 10000000 9000000',
    '4 ended 50 -10000000 0 0 9000000',
    '5 reserved 86400000 10000000 0 10000000 9000000',
    '6 reserved 0 0 400 10000000 9000400',
    '7 trued_up 90000 0 -100 10000000 9000300',
  ]);
  const { rows: days } = await pool.query(
    `select day, agent_type, provider, currency, held_micros as held, committed_micros as committed, calls, denials,
            replays, price_looks from ledger.day_spend order by day, agent_type, provider, currency`,
  );
  expect(days.map((row) => Object.values(row as object).join(' '))).toEqual([
    '2026-11-24 billing stripe  0 0 0 1 0 1',
    '2026-11-24 billing stripe usd 0 9000000 1 0 1 0',
    '2026-11-24 billing twilio usd 0 300 1 0 0 0',
    '2026-11-24 refunds stripe usd 0 0 1 0 0 0',
    '2026-11-25 billing twilio usd 10000000 0 1 0 0 0',
  ]);
  const { rows: runs } = await pool.query('select * from ledger.runs order by run_id');
  expect(runs).toMatchObject([
    { run_id: 'run-1', agent_types: ['billing', 'refunds'], providers: ['stripe'], first_at_ms: BigInt(NOON) },
    { run_id: 'run-2', agent_types: ['billing'], providers: ['twilio'], last_at_ms: BigInt(NOON + 86_400_000) },
  ]);
  const { rows: months } = await pool.query('select month, root_key_id, calls from ledger.month_calls');
  expect(months).toEqual([{ month: '2026-11', root_key_id: 'k1', calls: 4n }]);

  const { rows: names } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'ledger'`,
  );
  await pool.query(`truncate ${names.map(({ name }) => name).join(', ')}`);
  await ports.store.openPartitions(1);
  await fold(all, 7);
  expect(await tables()).toEqual(folded);

  // As an older build left it: none of these tables, and the migration that makes them.
  await pool.query(`drop table ${TABLES.slice(1)
    .map((table) => `ledger.${table}`)
    .join(', ')};
    drop index ledger.reservations_by_subject, ledger.audit_replays; alter table ledger.balances drop column changes`);
  const migration = new URL('../../../libs/storage/migrations/0011_call_lives.sql', import.meta.url);
  await pool.query(await readFile(migration, 'utf8'));
  expect(await tables()).toEqual(folded);
});

import { randomBytes } from 'node:crypto';
import { AuditChain } from '@keybrake/application';
import { emptyReservation, foldReservation, type SpendEvent, utcMonthStartMs } from '@keybrake/domain';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { called, digests, RetentionScene } from './ledger/retention.fixture.js';
import { MIGRATIONS_FOLDER, migrate } from './migrate.js';

const PARTITIONED = '0019_partitions';
const monthMs = (plus: number) => utcMonthStartMs(Date.now(), plus);

let url: string;
let old: pg.Client;

/** An empty database with the schema as it was before the tables were split. */
beforeEach(async () => {
  const name = `old_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name}`);
  url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href;
  const settings = { databaseUrl: url, dir: MIGRATIONS_FOLDER, direction: 'up', log: () => undefined } as const;
  await runner({ ...settings, migrationsTable: 'keybrake_migrations', count: Number(PARTITIONED.slice(0, 4)) - 1 });
  old = new pg.Client({ connectionString: url });
  await old.connect();
});
afterEach(async () => {
  await old.end();
  await asAdmin(`drop database ${new URL(url).pathname.slice(1)} with (force)`);
});

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Written as an older ledger wrote it: links have no time. */
async function writeOld(events: readonly SpendEvent[]): Promise<void> {
  const chain = new AuditChain(digests, new Map());
  let reservation: ReturnType<typeof emptyReservation> | undefined;
  for (const [position, event] of events.entries()) {
    if (event.type !== 'SpendReserved' && event.type !== 'SpendCommitted') throw new Error(`no ${event.type} here`);
    if (event.type === 'SpendReserved') reservation = emptyReservation(event.reservationId);
    if (reservation === undefined) throw new Error('a call begins with SpendReserved');
    reservation = foldReservation(reservation, event);
    chain.reservationChanged(reservation, BigInt(position), event.occurredAtMs);
    await old.query(`insert into ledger.events values ($1, $2, $3, $4, 0, $5, $6)`, [
      event.eventId,
      event.accountId,
      event.reservationId,
      event.type,
      position,
      event.occurredAtMs,
    ]);
  }
  for (const entry of chain.entries()) {
    const row = Object.fromEntries(Object.entries(entry).map(([name, value]) => [snakeCase(name), value]));
    await old.query(
      'insert into ledger.audit_entries select * from json_populate_record(null::ledger.audit_entries, $1::json)',
      [JSON.stringify(row)],
    );
  }
  for (const { accountId, vaultKeyId, sequence, entryId, contentHash, previousHash, hash, position } of chain.links()) {
    const values = [vaultKeyId, sequence, entryId, contentHash, previousHash, hash, accountId, position];
    await old.query('insert into ledger.audit_links values ($1, $2, $3, $4, $5, $6, $7, $8)', values);
    await old.query(
      `insert into ledger.audit_heads values ($1, $2, $3, $4)
       on conflict (vault_key_id) do update set sequence = excluded.sequence, hash = excluded.hash`,
      [vaultKeyId, accountId, sequence, hash],
    );
  }
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test('an installation keeps its rows, without copying them, and its chains verify and go on', async () => {
  const ahead = called('k1', monthMs(1) + 5_000);
  await writeOld([...called('k1', monthMs(-7)), ...called('k1', monthMs(0)), ...ahead]);
  const filesOf = async (suffix: string) => {
    const names = ['events', 'audit_entries', 'audit_links'].map((name) => `ledger.${name}${suffix}`);
    const { rows } = await old.query('select pg_relation_filenode(n::regclass) as file from unnest($1::text[]) n', [
      names,
    ]);
    return rows;
  };
  const before = await filesOf('');
  expect((await migrate(url))[0]).toBe(PARTITIONED);
  expect(await filesOf('_first')).toEqual(before);
  const scene = await RetentionScene.open(url);
  // Of a clock that was ahead: behind the first partition's end.
  expect(await scene.rowsByPartition('audit_entries')).toEqual({ first: 2, rest: 1 });
  expect(await scene.rowsByPartition('events')).toEqual({ first: 4, rest: 2 });
  expect(await scene.rowsByPartition('audit_links')).toEqual({ first: 6 });
  expect(await scene.verify()).toMatchObject({ valid: true, keys: 1, links: 6 });
  // Delivered again, and more of the same chain.
  expect(await scene.fold(...ahead, ...called('k1', monthMs(0) + 60_000))).toBe(2);
  expect(await scene.verify()).toMatchObject({ valid: true, keys: 1, links: 8 });
  await scene.close();
});

test('a ledger of an older build can do nothing: not even a dead letter', async () => {
  await migrate(url);
  await expect(
    old.query('update ledger.partition_positions set next_position = 1, last_body_hash = $1 where partition = 0', [
      'h',
    ]),
  ).rejects.toThrow('last_body_hash');
});

import { utcMonth, utcMonthStartMs } from '@keybrake/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { called, digests, RetentionScene } from './retention.fixture.js';
import { PostgresRetentionStore } from './retention-store.js';

const DAY_MS = 86_400_000;
const TABLES = ['events', 'audit_entries', 'audit_links'];
const monthMs = (plus: number) => utcMonthStartMs(Date.now(), plus);
const nameOf = (plus: number) => utcMonth(monthMs(plus)).replace('-', '_');

let scene: RetentionScene;
let retention: PostgresRetentionStore;

beforeEach(async () => {
  scene = await RetentionScene.open();
  retention = new PostgresRetentionStore(scene.pool, digests);
});
afterEach(() => scene.close());

const partitions = async (table: string) =>
  (
    await scene.sql<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = $1::regclass order by c.relname`,
      [`ledger.${table}`],
    )
  ).map(({ name }) => name.replace(`${table}_`, ''));

test('months are made ahead, once, whoever makes them; rows go where their time says', async () => {
  const makers = [1, 2, 3].map(() => new PostgresRetentionStore(scene.pool, digests));
  await Promise.all(makers.map((one) => one.makeMonths(monthMs(3))));
  await retention.makeMonths(monthMs(3));
  for (const table of TABLES) expect(await partitions(table)).toEqual([nameOf(1), nameOf(2), 'first', 'rest']);
  await scene.fold(...called('k1', monthMs(0)), ...called('k1', monthMs(2)), ...called('k1', monthMs(3)));
  expect(await scene.rowsByPartition('audit_entries')).toEqual({ [nameOf(2)]: 1, first: 1, rest: 1 });
  expect(await scene.rowsByPartition('audit_links')).toEqual({ [nameOf(2)]: 2, first: 2, rest: 2 });
  expect(await scene.rowsByPartition('events')).toEqual({ [nameOf(2)]: 2, first: 2, rest: 2 });
});

test('rows that came before their month was made are moved; a duplicate of theirs still counts once', async () => {
  const early = called('k1', monthMs(2) - 1_000);
  expect(await scene.fold(...early, ...called('k1', monthMs(2) + DAY_MS))).toBe(4);
  // The call's end is in the next month, with the call behind it.
  expect(await scene.rowsByPartition('events')).toEqual({ rest: 4 });
  await retention.makeMonths(monthMs(3));
  expect(await scene.rowsByPartition('events')).toEqual({ [nameOf(1)]: 1, [nameOf(2)]: 3 });
  expect(await scene.rowsByPartition('audit_links')).toEqual({ [nameOf(1)]: 1, [nameOf(2)]: 3 });
  expect(await scene.rowsByPartition('audit_entries')).toEqual({ [nameOf(1)]: 1, [nameOf(2)]: 1 });
  expect(await scene.fold(...early)).toBe(0);
  expect(
    await scene.sql(`select committed_micros, held_micros from ledger.balances where window_id = 'total'`),
  ).toEqual([{ committed_micros: 2_000_000n, held_micros: 0n }]);
  expect(await scene.verify()).toMatchObject({ valid: true, keys: 1, links: 4 });
});

test('a new month has every index of the others', async () => {
  await retention.makeMonths(monthMs(2));
  for (const table of TABLES) {
    const [first, made] = await Promise.all(
      ['first', nameOf(1)].map(async (name) => {
        const rows = await scene.sql<{ text: string }>(
          `select regexp_replace(indexdef, '^.* USING ', '') as text from pg_indexes
            where schemaname = 'ledger' and tablename = $1::text order by 1`,
          [`${table}_${name}`],
        );
        return rows.map(({ text }) => text);
      }),
    );
    expect(made).toEqual(first);
  }
});

test('along a chain the time of its links never goes back, whatever the clocks of its gateways say', async () => {
  const noonMs = monthMs(1) - DAY_MS;
  const [begun, ended] = called('k1', noonMs);
  if (begun === undefined || ended === undefined) throw new Error('a call has two events');
  await scene.fold(begun);
  await scene.fold({ ...ended, occurredAtMs: noonMs - 5_000 }, ...called('k1', noonMs - 2_000));
  const links = await scene.sql<{ made_at_ms: bigint }>('select made_at_ms from ledger.audit_links order by sequence');
  expect(links.map(({ made_at_ms: atMs }) => Number(atMs) - noonMs)).toEqual([0, 0, 0, 0]);
});

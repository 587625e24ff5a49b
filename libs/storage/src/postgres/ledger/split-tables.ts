import { utcMonth, utcMonthStartMs } from '@keybrake/domain';
import { type Client, type Pool, type Queryable, transaction } from '../database.js';

/** A table of migrations/0019_partitions.sql that is split by month, and the column that says to which one a row belongs. */
export interface SplitTable {
  readonly table: string;
  readonly time: string;
}

/** In the order in which a fold locks them. */
export const SPLIT_TABLES: readonly SplitTable[] = [
  { table: 'events', time: 'occurred_at_ms' },
  { table: 'audit_entries', time: 'started_at_ms' },
  { table: 'audit_links', time: 'made_at_ms' },
];

export interface Partition {
  readonly name: string;
  /** Not included. */
  readonly untilMs: number;
}

const PARTITIONS = `
select * from (
  select c.relname as name, substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \\(''(-?[0-9]+)''\\)')::bigint as until_ms
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass
) p where p.until_ms is not null order by p.until_ms`;

/** Ledgers that change partitions take turns. */
const LOCK = 'keybrake partitions';

const OWNS = `
select bool_and(pg_has_role(c.relowner, 'usage')) as owns from pg_class c
 where c.oid = any($1::regclass[])`;

/** Whether the connection's role may make and drop partitions. */
export async function ownsTables(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ owns: boolean }>(OWNS, [SPLIT_TABLES.map(({ table }) => `ledger.${table}`)]);
  return rows[0]?.owns === true;
}

/** Oldest first, without the default one. */
export async function partitionsOf(db: Queryable, { table }: SplitTable): Promise<readonly Partition[]> {
  const { rows } = await db.query<{ name: string; until_ms: bigint }>(PARTITIONS, [`ledger.${table}`]);
  return rows.map((row) => ({ name: `ledger.${row.name}`, untilMs: Number(row.until_ms) }));
}

export async function lockPartitions(client: Client): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [LOCK]);
}

/** Behind the last partition that is there, up to a month's start. Each month in a transaction of its own. */
export async function makeMonthsOf(pool: Pool, split: SplitTable, untilMs: number): Promise<void> {
  for (;;) {
    // Nearly always there is nothing to do, and nothing to lock.
    if (nextMonthMs(await partitionsOf(pool, split), untilMs) >= untilMs) return;
    await transaction(pool, async (client) => {
      await lockPartitions(client);
      const fromMs = nextMonthMs(await partitionsOf(client, split), untilMs);
      if (fromMs < untilMs) await makeMonth(client, split, fromMs);
    });
  }
}

const nextMonthMs = (partitions: readonly Partition[], otherwiseMs: number) =>
  partitions.at(-1)?.untilMs ?? utcMonthStartMs(otherwiseMs, -1);

/** The default partition is locked first: a row that came to it behind the move would be in the new partition's way. */
async function makeMonth(client: Client, { table, time }: SplitTable, fromMs: number): Promise<void> {
  const name = `ledger.${table}_${utcMonth(fromMs).replace('-', '_')}`;
  const toMs = utcMonthStartMs(fromMs, 1);
  await client.query(`lock table ledger.${table}_rest in access exclusive mode`);
  await client.query(`create table ${name} (like ledger.${table} including all)`);
  await client.query(
    `with moved as (delete from ledger.${table}_rest where ${time} >= ${fromMs} and ${time} < ${toMs} returning *)
     insert into ${name} select * from moved`,
  );
  await client.query(`alter table ledger.${table} attach partition ${name} for values from (${fromMs}) to (${toMs})`);
}

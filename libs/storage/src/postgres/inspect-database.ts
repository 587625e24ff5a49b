import { readdir } from 'node:fs/promises';
import { type Pool, withPool } from './database.js';
import { MIGRATIONS_FOLDER } from './migrate.js';

/** What `keybrake doctor` has to know of a database. */
export interface DatabaseInspection {
  /** As the server names it: `18.4`. */
  readonly version: string;
  readonly major: number;
  /** Migrations of this build that were not made. */
  readonly pending: readonly string[];
  /** Migrations that this build does not know: a newer one has been here. */
  readonly unknown: readonly string[];
  /** By partition, the position that the ledger folds next. */
  readonly folded: ReadonlyMap<number, bigint>;
  /** Partitions that each topic of Kafka was first used with. */
  readonly topics: ReadonlyMap<string, number>;
  /** By partition, the end of the event log in this database; in the distributed profile it stays empty. */
  readonly ends: ReadonlyMap<number, bigint>;
}

/** Looks and changes nothing. Rejects when the database is not reached. */
export async function inspectDatabase(url: string): Promise<DatabaseInspection> {
  const database = { url, applicationName: 'keybrake-doctor', connectionsMax: 1, onIdleError: () => undefined };
  return withPool(database, async (pool) => {
    const { rows } = await pool.query<{ version: string; number: number }>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::integer as number`,
    );
    const made = await migrationsMade(pool);
    const known = (await readdir(MIGRATIONS_FOLDER)).map((file) => file.replace(/\.sql$/, '')).sort();
    const pending = known.filter((name) => !made.includes(name));
    const isCurrent = pending.length === 0;
    return {
      version: rows[0]?.version ?? '',
      major: Math.floor((rows[0]?.number ?? 0) / 10_000),
      pending,
      unknown: made.filter((name) => !known.includes(name)),
      folded: isCurrent ? await positionsOf(pool, FOLDED) : new Map(),
      ends: isCurrent ? await positionsOf(pool, ENDS) : new Map(),
      topics: isCurrent ? await topicsOf(pool) : new Map(),
    };
  });
}

async function migrationsMade(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ there: boolean }>(
    `select to_regclass('keybrake_migrations') is not null as there`,
  );
  if (rows[0]?.there !== true) return [];
  const made = await pool.query<{ name: string }>('select m.name from keybrake_migrations m order by m.name');
  return made.rows.map(({ name }) => name);
}

async function topicsOf(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ topic: string; partitions: number }>(
    'select t.topic, t.partitions from event_log.topics t',
  );
  return new Map(rows.map(({ topic, partitions }) => [topic, partitions]));
}

const FOLDED = 'select p.partition, p.next_position from ledger.partition_positions p';
const ENDS = 'select p.partition, p.next_position from event_log.partitions p where p.next_position > 0';

async function positionsOf(pool: Pool, statement: string): Promise<ReadonlyMap<number, bigint>> {
  const { rows } = await pool.query<{ partition: number; next_position: bigint }>(statement);
  return new Map(rows.map((row) => [row.partition, row.next_position]));
}

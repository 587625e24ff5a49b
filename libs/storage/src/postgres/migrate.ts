import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));
const FUNCTIONS_FOLDER = fileURLToPath(new URL('../../functions', import.meta.url));

/** The schema is older than this build, and the role of the connection may not change it. The message says what to do. */
export class OutdatedSchema extends Error {
  override readonly name = 'OutdatedSchema';
}

/**
 * Brings the schema up to date. Several processes may start at once: they take turns. Migrations only go forward. With
 * nothing to do it only reads, so that an app's role need not own the schema; throws `OutdatedSchema` where it would have to.
 */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const { digest } = await readFunctions();
  const { isUpToDate, mayChange } = await onConnection(databaseUrl, (client) => lookAtSchema(client, digest));
  if (isUpToDate) return [];
  if (!mayChange) {
    throw new OutdatedSchema(
      "the database's schema is not that of this build, and the role of DATABASE_URL may not change it: run apps/ledger/dist/main.migrate.js with the role that owns it, then deploy/postgres/grants.sql",
    );
  }
  const applied = await runner({
    databaseUrl,
    dir: MIGRATIONS_FOLDER,
    direction: 'up',
    migrationsTable: 'keybrake_migrations',
    advisoryLockMode: 'wait',
    singleTransaction: true,
    log: () => undefined,
  });
  await replaceFunctions(databaseUrl);
  return applied.map((migration) => migration.name);
}

// In this order: to look a table up in a schema that the role may not use is refused.
const RIGHTS = `
select coalesce(case when has_schema_privilege(to_regnamespace('admission'), 'usage')
                     then has_table_privilege(to_regclass('admission.functions_digest'), 'select')
                          and has_table_privilege(to_regclass('keybrake_migrations'), 'select') end, false) as may_read,
       coalesce((select pg_has_role(c.relowner, 'usage') from pg_class c where c.oid = to_regclass('keybrake_migrations')),
                has_database_privilege(current_database(), 'create')) as may_change`;

const STATE = `
select (select count(*) from keybrake_migrations m where m.name = any($1::text[])) = cardinality($1::text[])
       and (exists (select 1 from admission.functions_digest f where f.digest = $2::text)
            or exists (select 1 from keybrake_migrations m where m.name > $3::text)) as is_up_to_date`;

/** As far as the role can see: what it may not read is not there. */
async function lookAtSchema(client: pg.Client, digest: string) {
  const rights = (await client.query<{ may_read: boolean; may_change: boolean }>(RIGHTS)).rows[0];
  const mayChange = rights?.may_change === true;
  if (rights?.may_read !== true) return { isUpToDate: false, mayChange };
  const known = await knownMigrations();
  const { rows } = await client.query<{ is_up_to_date: boolean }>(STATE, [known, digest, known.at(-1)]);
  return { isUpToDate: rows[0]?.is_up_to_date === true, mayChange };
}

async function knownMigrations(): Promise<readonly string[]> {
  return (await readdir(MIGRATIONS_FOLDER)).sort().map((file) => file.replace(/\.sql$/, ''));
}

async function readFunctions(): Promise<{ readonly text: string; readonly digest: string }> {
  const files = (await readdir(FUNCTIONS_FOLDER)).sort();
  const text = (await Promise.all(files.map((file) => readFile(join(FUNCTIONS_FOLDER, file), 'utf8')))).join('\n');
  return { text, digest: createHash('sha256').update(text).digest('hex') };
}

/**
 * Functions have no history to keep: each stands in one place, and all are put in again when one has changed. A build
 * that is older than the schema leaves them alone: in a rolling update it would bring its own back.
 */
async function replaceFunctions(databaseUrl: string): Promise<void> {
  const { text, digest } = await readFunctions();
  const newestKnown = (await knownMigrations()).at(-1);
  await onConnection(databaseUrl, async (client) => {
    await client.query('begin');
    const { rows } = await client.query<{ digest: string | null; is_newer: boolean }>(
      `select f.digest, exists (select 1 from keybrake_migrations m where m.name > $1::text) as is_newer
         from admission.functions_digest f for update of f`,
      [newestKnown],
    );
    if (rows[0]?.digest !== digest && rows[0]?.is_newer === false) {
      await client.query(text);
      await client.query('update admission.functions_digest set digest = $1::text', [digest]);
    }
    await client.query('commit');
  });
}

async function onConnection<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));
const FUNCTIONS_FOLDER = fileURLToPath(new URL('../../functions', import.meta.url));

/** Brings the schema up to date. Several processes may start at once: they take turns. Migrations only go forward. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
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

/**
 * Functions have no history to keep: each stands in one place, and all are put in again when one has changed. A build
 * that is older than the schema leaves them alone: in a rolling update it would bring its own back.
 */
async function replaceFunctions(databaseUrl: string): Promise<void> {
  const files = (await readdir(FUNCTIONS_FOLDER)).sort();
  const text = (await Promise.all(files.map((file) => readFile(join(FUNCTIONS_FOLDER, file), 'utf8')))).join('\n');
  const digest = createHash('sha256').update(text).digest('hex');
  const newestKnown = (await readdir(MIGRATIONS_FOLDER))
    .sort()
    .at(-1)
    ?.replace(/\.sql$/, '');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
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
  } finally {
    await client.end();
  }
}

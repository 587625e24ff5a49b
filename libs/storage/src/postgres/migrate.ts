import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

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
  return applied.map((migration) => migration.name);
}

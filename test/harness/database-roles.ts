import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export const ROLES = ['migrations', 'gateway', 'ledger', 'admin_api', 'grafana'] as const;
export type Role = (typeof ROLES)[number];
/** Where each role connects to. */
export type RoleUrls = Readonly<Record<Role, string>>;

const folder = fileURLToPath(new URL('../../deploy/postgres/', import.meta.url));

/** Runs deploy/postgres/roles.sql in a superuser's database, and gives each role a password. */
export async function makeRoles(databaseUrl: string): Promise<RoleUrls> {
  const password = randomBytes(12).toString('hex');
  await onDatabase(databaseUrl, async (client) => {
    await client.query(await readFile(`${folder}roles.sql`, 'utf8'));
    for (const role of ROLES) await client.query(`alter role keybrake_${role} password '${password}'`);
  });
  const urlOf = (role: Role) =>
    Object.assign(new URL(databaseUrl), { username: `keybrake_${role}`, password }).toString();
  return Object.fromEntries(ROLES.map((role) => [role, urlOf(role)])) as unknown as RoleUrls;
}

/** Runs files of deploy/postgres as the migrations' role, as after the migrations of a release. */
export async function grant(urls: RoleUrls, profile: 'postgres' | 'distributed'): Promise<void> {
  const files = ['grants.sql', ...(profile === 'postgres' ? ['grants.postgres-profile.sql'] : [])];
  await onDatabase(urls.migrations, async (client) => {
    for (const file of files) await client.query(await readFile(`${folder}${file}`, 'utf8'));
  });
}

export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

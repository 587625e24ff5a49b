import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createPool, type Pool } from './database.js';
import { migrate } from './migrate.js';

let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await createDatabase(inject('postgresUrl'));
  pool = createPool({ url: database.url, applicationName: 'test', connectionsMax: 2, onIdleError: () => undefined });
  await pool.query(
    'create or replace function admission.now_ms() returns bigint language sql volatile as $$ select 7::bigint $$',
  );
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const nowMs = async () => (await pool.query<{ now: bigint }>('select admission.now_ms() as now')).rows[0]?.now;

test('functions are put in again when the text that is on record is another', async () => {
  await migrate(database.url);
  expect(await nowMs()).toBe(7n);
  await pool.query(`update admission.functions_digest set digest = 'another'`);
  await Promise.all([migrate(database.url), migrate(database.url)]);
  expect(await nowMs()).toBeGreaterThan(7n);
});

test('a build older than the schema leaves the functions alone', async () => {
  await pool.query(`update admission.functions_digest set digest = 'of a newer build'`);
  await pool.query(`insert into keybrake_migrations (name, run_on) values ('9999_newer', now())`);
  expect(await migrate(database.url)).toEqual([]);
  expect(await nowMs()).toBe(7n);
});

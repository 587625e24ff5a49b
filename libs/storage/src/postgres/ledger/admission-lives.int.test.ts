import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createPool, type Pool } from '../database.js';
import { PostgresAdmissionLives } from './admission-lives.js';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  pool = createPool({ url: database.url, applicationName: 'lives', connectionsMax: 2, onIdleError: () => undefined });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('what a rebuild reads may take longer than a statement of a call', async () => {
  const row = `('a', 'key/k', 'day/1', 'key', 'k', 'day', 'usd', 'any', 100, 7, 3, ${Date.now() + 86_400_000}, 1)`;
  await pool.query(`insert into ledger.balances values ${row}`);
  await pool.query('alter table ledger.balances rename to balances_at_once');
  await pool.query(`create view ledger.balances as
    select b.* from ledger.balances_at_once b cross join lateral (select pg_sleep(7 + length(b.counter) * 0)) s`);
  const { balances } = await new PostgresAdmissionLives(pool).snapshot();
  expect(balances).toMatchObject([{ counter: 'key/k', committedMicros: 7n, heldMicros: 3n }]);
});

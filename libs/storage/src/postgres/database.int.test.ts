import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createPool, type Pool, transaction } from './database.js';

const idleErrors: Error[] = [];
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  const onIdleError = (error: Error) => void idleErrors.push(error);
  pool = createPool({ url: database.url, applicationName: 'test', connectionsMax: 2, onIdleError });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function pidOf(queryable: Pick<Pool, 'query'>): Promise<number> {
  return (await queryable.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
}

test('a connection that ends between two statements fails its transaction, and nothing else', async () => {
  const cutOff = transaction(pool, async (client) => {
    const ended = new Promise<void>((done) => client.once('end', () => done()));
    await pool.query('select pg_terminate_backend($1::integer)', [await pidOf(client)]);
    await ended;
    await client.query('select 1');
  });
  await expect(cutOff).rejects.toThrow();
  expect(await transaction(pool, pidOf)).toBeGreaterThan(0);
});

test('an idle connection that ends is reported by what the server said, and replaced', async () => {
  const other = createPool({
    url: database.url,
    applicationName: 'test',
    connectionsMax: 1,
    onIdleError: () => undefined,
  });
  await other.query('select pg_terminate_backend($1::integer)', [await pidOf(pool)]);
  await eventually(
    'the report',
    async () => idleErrors,
    (errors) => errors.length > 0,
  );
  expect(idleErrors.map((error) => [error.message, Object.keys(error)])).toEqual([
    ['terminating connection due to administrator command', []],
  ]);
  expect(await pidOf(pool)).toBeGreaterThan(0);
  await other.end();
});

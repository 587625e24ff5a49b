import { randomUUID } from 'node:crypto';
import type { AccountId } from '@keybrake/domain';
import { asUnavailable, createPool, type Pool } from '@keybrake/storage';
import { eventLogContract } from '@keybrake/testing';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { jsonEventCodec } from './event-codec.js';
import { type EncodedEvent, GroupAppender } from './group-appender.js';
import { PolledSource } from './polled-source.js';
import { PostgresEventLog } from './postgres-event-log.js';

const openPool = ({ url }: TestDatabase) =>
  createPool({ url, applicationName: 'event-log', connectionsMax: 4, onIdleError: () => undefined });

eventLogContract('Postgres', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const pool = openPool(database);
  const open = () => PostgresEventLog.open(pool, asUnavailable);
  return {
    appenders: [new GroupAppender(await open(), jsonEventCodec), new GroupAppender(await open(), jsonEventCodec)],
    source: new PolledSource(await open(), { chunkRecordsMax: 100, idleMs: 5, retryMs: 5 }),
    codec: jsonEventCodec,
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
});

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  pool = openPool(database);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const encoded = (eventId: string, precedesLaunch: boolean): EncodedEvent => ({
  partition: 5,
  accountId: 'default' as AccountId,
  eventId,
  body: `{"eventId":"${eventId}"}`,
  precedesLaunch,
  traceparent: undefined,
});

test.each([true, false])(
  'a batch (before a launch: %s) that is sent again, with one more behind, adds only the one',
  async (precedesLaunch) => {
    const log = await PostgresEventLog.open(pool, asUnavailable);
    const from = (await log.ends()).get(5) ?? 0n;
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    const batch = ids.map((id) => encoded(id, precedesLaunch));
    await log.appendBatch(batch.slice(0, 2));
    await log.appendBatch(batch.slice(0, 2));
    await log.appendBatch(batch);
    const records = await log.read(5, from, 100);
    expect(records.map(({ position }) => position)).toEqual([from, from + 1n, from + 2n]);
    expect(records.map(({ body }) => body)).toEqual(batch.map(({ body }) => body));
    expect((await log.ends()).get(5)).toBe(from + 3n);
  },
);

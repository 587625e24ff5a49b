import type { AccountId } from '@keybrake/domain';
import { admissionCommands, tellAnswers } from '@keybrake/testing/admission-commands';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { type RedisProcess, startRedis } from '@keybrake/testing/redis-process';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { PostgresAdmissionStore } from './postgres/admission/admission-store.js';
import { PostgresAdmissionUpkeep } from './postgres/admission/admission-upkeep.js';
import { createPool, type Pool } from './postgres/database.js';
import { RedisAdmissionRebuild } from './redis/admission-rebuild.js';
import { RedisAdmissionStore } from './redis/admission-store.js';
import { RedisAdmissionUpkeep } from './redis/admission-upkeep.js';
import { RedisServer } from './redis/redis-server.js';

const SEQUENCES = Number(process.env.KEYBRAKE_TEST_SEQUENCES ?? 2_000);

let database: TestDatabase;
let pool: Pool;
let redis: RedisProcess;
let server: RedisServer;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  pool = createPool({ url: database.url, applicationName: 'oracle', connectionsMax: 2, onIdleError: () => undefined });
  redis = await startRedis();
  server = new RedisServer({ url: redis.url, name: 'difference', onTrouble: () => undefined });
  await server.opened();
  const rebuild = new RedisAdmissionRebuild(server);
  await rebuild.begin(1);
  await rebuild.finish(1, 0);
});
afterAll(async () => {
  await server.close();
  await redis.server.stop();
  await pool.end();
  await database.drop();
});

test(`${SEQUENCES} random sequences of commands: Redis answers what Postgres answers`, {
  timeout: 600_000,
}, async () => {
  const earlierCalls = { find: () => Promise.resolve(undefined) };
  const postgres = { store: new PostgresAdmissionStore(pool), upkeep: new PostgresAdmissionUpkeep(pool) };
  const other = { store: new RedisAdmissionStore(server, earlierCalls), upkeep: new RedisAdmissionUpkeep(server) };
  let sequences = 0;
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(admissionCommands, async (commands) => {
      sequences += 1;
      const account = `acct${sequences}` as AccountId;
      const [expected, actual] = await Promise.all([
        tellAnswers(postgres, account, commands),
        tellAnswers(other, account, commands),
      ]);
      for (const answer of expected) {
        const kind = typeof answer === 'string' ? answer : ((answer as { kind?: string } | undefined)?.kind ?? '');
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
      expect(actual).toEqual(expected);
    }),
    { numRuns: SEQUENCES },
  );
  // The sequences went everywhere, not only into refusals.
  for (const kind of [
    'held',
    'launched',
    'completed',
    'in_flight',
    'in_doubt',
    'refused',
    'stale_policy',
    'adjusted',
    'not_approved',
  ]) {
    expect([kind, (kinds.get(kind) ?? 0) > SEQUENCES / 20]).toEqual([kind, true]);
  }
});

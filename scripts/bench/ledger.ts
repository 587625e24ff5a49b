import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccountId } from '@keybrake/domain';
import { loadConfig, startEmbeddedPostgres } from '@keybrake/platform';
import { migrate } from '@keybrake/storage';
import { startKafka } from '@keybrake/testing/kafka-process';
import { eventually, freePort, ServerProcess } from '@keybrake/testing/processes';
import { startRedis } from '@keybrake/testing/redis-process';
import { callEvents, TopicWriter } from '../../test/harness/topic-writer.ts';
import { figureOf } from './figure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CALLS = 20_000;
const ACCOUNTS = 20;

export interface LedgerFigures {
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly cpuMicrosPerEvent: number;
  readonly residentMegabytes: number;
}

/** A full topic, then one ledger: how fast it catches up, PostgreSQL and Kafka on the same machine. */
export async function measureLedger(): Promise<LedgerFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'keybrake-bench-'));
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres') });
  await migrate(postgres.url);
  const [redis, kafka] = await Promise.all([startRedis(), startKafka({ folder: join(folder, 'kafka') })]);
  const port = await freePort();
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    KAFKA_BROKERS: kafka.brokers,
    KEYBRAKE_KAFKA_REPLICATION_FACTOR: '1',
    KEYBRAKE_PEPPER: randomBytes(32).toString('base64'),
    KEYBRAKE_KEK: randomBytes(32).toString('base64'),
    KEYBRAKE_LEDGER_PORT: String(port),
  };
  const start = () =>
    ServerProcess.start({
      name: 'ledger',
      entry: join(root, 'apps/ledger/dist/main.distributed.js'),
      env,
      readyUrl: `http://127.0.0.1:${port}/readyz`,
    });
  try {
    // The first start makes the topics.
    await (await start()).stop();
    const writer = new TopicWriter({ kafkaSettings: loadConfig({ env }).kafka });
    const account = (index: number) => `bench${index % ACCOUNTS}` as AccountId;
    await writer.write(Array.from({ length: CALLS }, (_none, index) => callEvents(account(index), 1_000n)).flat());
    await writer.close();
    const startedAtMs = performance.now();
    const ledger = await start();
    const figure = (name: string) => figureOf(`http://127.0.0.1:${port}`, name);
    await eventually(
      'the ledger to catch up',
      () => figure('keybrake_ledger_folded_events_total').catch(() => 0),
      (folded) => folded >= 2 * CALLS,
      120_000,
    );
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const cpu = await figure('process_cpu_seconds_total');
    const residentMegabytes = (await figure('process_resident_memory_bytes')) / 1_048_576;
    await ledger.stop();
    const events = 2 * CALLS;
    return { events, eventsPerSecond: events / seconds, cpuMicrosPerEvent: (cpu * 1e6) / events, residentMegabytes };
  } finally {
    await Promise.all([redis.server.kill(), kafka.remove()]);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

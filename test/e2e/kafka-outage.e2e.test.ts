import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type KafkaProcess, startKafka } from '@keybrake/testing/kafka-process';
import { eventually, freePort } from '@keybrake/testing/processes';
import { TcpProxy } from '@keybrake/testing/tcp-proxy';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { agreedBalances } from '../harness/balances.ts';
import { charge, executedMarkers } from '../harness/calls.ts';
import { countsOf, sized, storm } from '../harness/chaos.ts';
import { System } from '../harness/system.ts';
import { dumpTopic } from '../harness/topic-dump.ts';

const SWALLOWED = sized(30, 1_000);
const STALL_MS = sized(3_000, 10_000);

let broker: KafkaProcess;
let proxy: TcpProxy;
let system: System;

beforeAll(async () => {
  const advertisedPort = await freePort();
  broker = await startKafka({ advertisedPort });
  proxy = await TcpProxy.start(advertisedPort, () => broker.port);
  system = await System.start({
    postgresUrl: inject('postgresUrl'),
    kafkaBrokers: broker.brokers,
    gateways: 2,
    env: { KEYBRAKE_HELD_MAX_AGE_MS: '5000' },
  });
});
afterAll(async () => {
  await system.stop();
  await proxy.close();
  await broker.remove();
});

const issueKey = () => system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000000' });

async function executedKeys(prefix: string): Promise<string[]> {
  return executedMarkers(await system.witness('stripe'), prefix);
}

/** R2, from a raw dump of the topic: every execution has its record, and every reservation at most one outcome. */
async function everyExecutionIsRecorded(prefix: string): Promise<void> {
  const events = await dumpTopic(system);
  const reserved = new Map(
    events.flatMap((event) =>
      event.type === 'SpendReserved' ? [[event.call.idempotencyKey ?? '', event.reservationId] as const] : [],
    ),
  );
  const executed = await executedKeys(prefix);
  expect(executed.filter((key) => !reserved.has(key))).toEqual([]);
  expect(new Set(executed).size).toBe(executed.length);
}

describe('the log is away (R2, R9)', () => {
  test('a broker that stands still: calls fail closed within 5 s, nothing is forwarded, and all of them go through later', async () => {
    const key = await issueKey();
    const prefix = randomUUID().slice(0, 8);
    const call = (url: string, idempotencyKey: string) =>
      charge(
        url,
        key.vaultKey,
        `amount=100&currency=usd&source=tok_visa&description=${idempotencyKey}`,
        idempotencyKey,
      );
    expect((await call(system.gatewayUrl, `${prefix}-0`)).status).toBe(200);
    broker.server.signal('SIGSTOP');
    const startedAtMs = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_none, index) => {
        const url = system.gatewayUrls[index % 2] as string;
        const sentAtMs = performance.now();
        const { status, headers } = await call(url, `${prefix}-${index + 1}`);
        return { status, retryAfter: headers.get('retry-after'), tookMs: performance.now() - sentAtMs };
      }),
    );
    const executedMeanwhile = await executedKeys(prefix);
    await wait(Math.max(0, STALL_MS - (performance.now() - startedAtMs)));
    broker.server.signal('SIGCONT');
    expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(answers.map(() => [503, '1']));
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(5_000);
    expect(executedMeanwhile).toEqual([`${prefix}-0`]);
    const tally = await storm({
      urls: system.gatewayUrls,
      vaultKey: key.vaultKey,
      clients: 8,
      calls: 41,
      amountMinor: 100,
      keyOf: (index) => `${prefix}-${index}`,
    });
    expect(countsOf(tally)).toEqual({ 200: 41 });
    await everyExecutionIsRecorded(prefix);
    expect(await executedKeys(prefix)).toHaveLength(41);
  });

  test(`${SWALLOWED} replies of the broker are lost: the records are in the log, folded once, and the money is exact`, async () => {
    const key = await issueKey();
    const prefix = randomUUID().slice(0, 8);
    const calls = SWALLOWED * 4;
    const loading = storm({
      urls: system.gatewayUrls,
      vaultKey: key.vaultKey,
      clients: 8,
      calls,
      amountMinor: 100,
      keyOf: (index) => `${prefix}-${index}`,
    });
    const before = proxy.swallowed;
    while (proxy.swallowed - before < SWALLOWED) {
      proxy.fate = 'swallow';
      const seen = proxy.swallowed;
      await eventually(
        'a reply to be lost',
        () => proxy.swallowed,
        (count) => count > seen,
        30_000,
      );
      proxy.fate = 'pass';
      const executed = (await executedKeys(prefix)).length;
      if (executed >= calls) break;
      await eventually(
        'a call to go through',
        () => executedKeys(prefix),
        (keys) => keys.length > executed,
        30_000,
      );
    }
    proxy.fate = 'pass';
    const tally = await loading;
    expect(countsOf(tally)).toEqual({ 200: calls });
    expect(tally.slowestMs).toBeLessThan(5_000);
    await everyExecutionIsRecorded(prefix);
    expect(await executedKeys(prefix)).toHaveLength(calls);
    await system.foldedUp();
    await eventually(
      'what was cut off to be released',
      () => system.balances(key.id, 'folded'),
      ([balance]) => balance?.heldMicros === 0n,
      30_000,
    );
    const spent = { committedMicros: BigInt(calls) * 1_000_000n, heldMicros: 0n };
    expect(await agreedBalances(system, key.id)).toMatchObject([spent]);
  });

  test('a broker that is killed and started again: nothing acknowledged is lost', async () => {
    const key = await issueKey();
    const prefix = randomUUID().slice(0, 8);
    const loading = storm({
      urls: system.gatewayUrls,
      vaultKey: key.vaultKey,
      clients: 6,
      calls: 150,
      amountMinor: 100,
      keyOf: (index) => `${prefix}-${index}`,
    });
    await eventually(
      'the load to run',
      () => executedKeys(prefix),
      (keys) => keys.length > 30,
    );
    await broker.server.kill();
    await broker.restart();
    expect(countsOf(await loading)).toEqual({ 200: 150 });
    await everyExecutionIsRecorded(prefix);
    await system.foldedUp();
    expect(await executedKeys(prefix)).toHaveLength(150);
    const folded = await eventually(
      'the balance',
      () => system.balances(key.id, 'folded'),
      ([balance]) => balance?.heldMicros === 0n,
      30_000,
    );
    expect(folded).toMatchObject([{ committedMicros: 150_000_000n, heldMicros: 0n }]);
  });
});

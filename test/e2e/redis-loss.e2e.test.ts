import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { AccountId } from '@keybrake/domain';
import { eventually } from '@keybrake/testing/processes';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agreedBalances } from '../harness/balances.ts';
import { charge, executedMarkers } from '../harness/calls.ts';
import { chance, countsOf, sized, storm } from '../harness/chaos.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { callEvents, TopicWriter } from '../harness/topic-writer.ts';

const CYCLES = sized(3, 20);
const CAP_DOLLARS = 60 * CYCLES;
const CALLS = 2 * CAP_DOLLARS;
/** What every rebuild has to load. */
const OPEN_RESERVATIONS = sized(2_000, 50_000);
const READY_WITHIN_MS = 10_000;

let system: System;
beforeAll(async () => {
  system = await startSystem({ profile: 'distributed', gateways: 2, env: { KEYBRAKE_HELD_MAX_AGE_MS: '3000' } });
});
afterAll(async () => {
  await system.stop();
});

async function onRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(system.redis.url);
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Ways in which a Redis stops being the one that admitted. */
const losses: readonly (() => Promise<void>)[] = [
  () => system.restartRedis(),
  () => onRedis(async (redis) => void (await redis.flushall())),
  async () => {
    await onRedis((redis) => redis.config('SET', 'maxmemory', '1'));
    await wait(500);
    await onRedis((redis) => redis.config('SET', 'maxmemory', '0'));
  },
];

/** Reservations without an outcome, of an account of their own. */
async function leaveOpen(count: number): Promise<void> {
  const topic = new TopicWriter(system);
  const reserved = Array.from({ length: count }, () => callEvents('elsewhere' as AccountId, 1_000n).slice(0, 1));
  await topic.write(reserved.flat());
  await topic.close();
  await system.foldedUp();
}

async function answersAgain(vaultKey: string): Promise<void> {
  await eventually(
    'calls to be admitted again',
    () => charge(system.gatewayUrl, vaultKey, 'amount=1&currency=eur&source=tok_visa', randomUUID()),
    // Refused by the policy, not by a store that isn't ready.
    ({ status }) => status === 403,
    READY_WITHIN_MS,
  );
}

async function executedKeys(keyPrefix: string): Promise<string[]> {
  return executedMarkers(await system.witness('stripe'), keyPrefix);
}

describe('the admission store is lost under load (R1, R8)', () => {
  test(`${CYCLES} losses with ${OPEN_RESERVATIONS} reservations open: admitted again within 10 s, nothing over the cap, nothing twice, and in the end the cap is used to the dollar`, async () => {
    await leaveOpen(OPEN_RESERVATIONS);
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: String(CAP_DOLLARS * 100) });
    const prefix = randomUUID().slice(0, 8);
    const keyOf = (call: number) => `${prefix}-${call}`;
    const common = { urls: system.gatewayUrls, vaultKey: key.vaultKey, amountMinor: 100 };
    const loading = storm({ ...common, clients: 4, calls: CALLS, keyOf });
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      await eventually(
        'the load to go on',
        () => executedKeys(prefix),
        (keys) => keys.length >= ((cycle + 1) * CAP_DOLLARS) / (CYCLES + 2),
        60_000,
      );
      await losses[(cycle + Math.floor(chance() * losses.length)) % losses.length]?.();
      await answersAgain(key.vaultKey);
    }
    const tally = await loading;
    expect(new Set(Object.keys(countsOf(tally)))).toEqual(new Set(['200', '429']));
    expect(tally.slowestMs).toBeLessThan(5_000);

    // Holds of calls that the loss cut off come back; then the rest of the cap can be spent, and not a dollar more.
    await eventually(
      'every hold to end',
      () => system.balances(key.id, 'enforced'),
      ([balance]) => balance?.heldMicros === 0n,
      30_000,
    );
    await storm({ ...common, clients: 4, calls: CAP_DOLLARS, keyOf: (call) => `${prefix}-late-${call}` });
    const executed = await executedKeys(prefix);
    expect(new Set(executed).size).toBe(executed.length);
    expect(executed).toHaveLength(CAP_DOLLARS);
    const spent = { committedMicros: BigInt(CAP_DOLLARS) * 1_000_000n, heldMicros: 0n };
    expect(await agreedBalances(system, key.id)).toMatchObject([spent]);
  });

  test('an idempotency key of an earlier life: the same bytes, and a changed body is refused', async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    const idempotencyKey = randomUUID();
    const form = `amount=4321&currency=usd&source=tok_visa&description=${idempotencyKey}`;
    const first = await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey);
    expect(first.status).toBe(200);
    await system.restartRedis();
    const again = await eventually(
      'the rebuild',
      () => charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey),
      ({ status }) => status !== 503,
    );
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const changed = await charge(system.gatewayUrl, key.vaultKey, form.replace('4321', '4322'), idempotencyKey);
    expect(changed.status).toBe(400);
    expect(changed.text).toContain('idempotency_error');
    expect(await executedKeys(idempotencyKey)).toHaveLength(1);
  });

  test('what the last 24 hours have used is loaded again, to the cent', async () => {
    const caps = [{ scope: 'key', window: 'rolling_24h', currency: 'usd', limitMinor: '10000' }];
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '0', policy: { caps } });
    const pay = (amountMinor: number) =>
      charge(system.gatewayUrl, key.vaultKey, `amount=${amountMinor}&currency=usd&source=tok_visa`, randomUUID());
    expect((await pay(7_000)).status).toBe(200);
    await system.restartRedis();
    const over = await eventually(
      'the rebuild',
      () => pay(3_001),
      ({ status }) => status !== 503,
    );
    expect([over.status, over.text]).toEqual([429, expect.stringContaining('24-hour cap exceeded')]);
    expect((await pay(3_000)).status).toBe(200);
  });

  test('a key revoked before the loss is dead after it', async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    await system.admin('POST', `/v1/vault-keys/${key.id}/revoke`);
    await system.restartRedis();
    const answer = await eventually(
      'the rebuild',
      () => charge(system.gatewayUrl, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', randomUUID()),
      ({ status }) => status !== 503,
    );
    expect(answer.status).toBe(401);
  });
});

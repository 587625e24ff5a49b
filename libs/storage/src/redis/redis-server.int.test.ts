import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DependencyUnavailable } from '@keybrake/application';
import type { AccountId, PolicyId } from '@keybrake/domain';
import { eventually } from '@keybrake/testing/processes';
import { type RedisProcess, startRedis } from '@keybrake/testing/redis-process';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { RedisAdmissionRebuild } from './admission-rebuild.js';
import { RedisAdmissionStore } from './admission-store.js';
import { RedisServer } from './redis-server.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function redisWith(args: readonly string[] = [], port?: number): Promise<RedisProcess> {
  const redis = await startRedis({ args, ...(port === undefined ? {} : { port }) });
  closing.push(() => redis.server.stop());
  return redis;
}

async function connect(url: string) {
  const troubles: string[] = [];
  const server = new RedisServer({ url, name: 'guard', onTrouble: (error) => troubles.push(error.message) });
  closing.push(() => server.close());
  await server.opened();
  return { server, troubles, rebuild: new RedisAdmissionRebuild(server) };
}

async function plain(url: string): Promise<Redis> {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  closing.push(async () => redis.disconnect());
  await redis.ping();
  return redis;
}

describe('the guard refuses a Redis that may forget or bring back spend', () => {
  test.each([
    ['an append-only file', ['--appendonly', 'yes'], /append-only file.*set appendonly no/],
    ['snapshots', ['--save', '60 1'], /snapshots.*set save ""/],
    ['eviction', ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], /evict.*noeviction/],
    ['cluster mode', ['--cluster-enabled', 'yes'], /cluster node/],
  ])('%s', async (_name, args, expected) => {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-redis-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const redis = await redisWith([...args, '--dir', folder]);
    const { server, troubles } = await connect(redis.url);
    await expect(server.check()).rejects.toThrow(DependencyUnavailable);
    expect(troubles).toEqual([expect.stringMatching(expected)]);
  });

  test('a replica, and a primary to which one is attached while it is in use', async () => {
    const primary = await redisWith();
    const { server, troubles, rebuild } = await connect(primary.url);
    await rebuild.begin(1);
    await rebuild.finish(1, 0);
    await server.check();
    const replica = await redisWith(['--replicaof', `127.0.0.1 ${primary.port}`]);
    await eventually(
      'the guard to see the replica',
      () =>
        server.check().then(
          () => 'usable',
          () => 'refused',
        ),
      (state) => state === 'refused',
    );
    expect(troubles.join()).toMatch(/a replica is attached/);
    const other = await connect(replica.url);
    await expect(other.server.check()).rejects.toThrow(DependencyUnavailable);
    expect(other.troubles.join()).toMatch(/it is a replica/);
  });

  test('one that came back from a snapshot: every script answers not ready, and a rebuild empties it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-redis-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const first = await startRedis({ args: ['--dir', folder] });
    const before = await connect(first.url);
    await before.rebuild.begin(1);
    await before.rebuild.finish(1, 0);
    await (await plain(first.url)).save();
    await first.server.kill();
    const restored = await redisWith(['--dir', folder], first.port);
    const after = await connect(restored.url);
    expect(await (await plain(restored.url)).hget('kb:state', 'phase')).toBe('ready');
    expect(await after.rebuild.life()).toEqual({ phase: 'missing', incarnation: 1 });
    const store = new RedisAdmissionStore(after.server, { find: () => Promise.resolve(undefined) });
    await expect(store.putPolicyVersion('a' as AccountId, 'p' as PolicyId, 1)).rejects.toThrow(DependencyUnavailable);
    expect(await after.rebuild.begin(1)).toBe(false);
    expect(await after.rebuild.begin(2)).toBe(true);
    expect(await after.rebuild.life()).toEqual({ phase: 'loading', incarnation: 2 });
    expect(await after.rebuild.finish(1, 0)).toBe(false);
    expect(await after.rebuild.finish(2, 0)).toBe(true);
    expect(await after.rebuild.life()).toEqual({ phase: 'ready', incarnation: 2 });
  });

  test('a server that is gone fails at once, and serves again after it is back and rebuilt', async () => {
    const redis = await startRedis();
    const { server, rebuild } = await connect(redis.url);
    await rebuild.begin(1);
    await rebuild.finish(1, 0);
    await redis.server.kill();
    await expect(server.check()).rejects.toThrow(DependencyUnavailable);
    await redisWith([], redis.port);
    await eventually(
      'the connection',
      () => rebuild.life().catch(() => undefined),
      (life) => life?.phase === 'missing',
    );
  });

  test('a server that is full refuses new holds before it writes, and still takes a revoke', async () => {
    const redis = await redisWith(['--maxmemory', '1mb']);
    const { server, rebuild } = await connect(redis.url);
    const store = new RedisAdmissionStore(server, { find: () => Promise.resolve(undefined) });
    const accountId = 'a' as AccountId;
    await rebuild.begin(1).catch(() => false);
    await rebuild.finish(1, 0);
    const key = { accountId, keyId: 'k' as never, expiresAtMs: undefined };
    await store.putKey({ ...key, revokedAtMs: undefined });
    const command = {
      reservationId: 'rsv_1' as never,
      accountId,
      lineage: ['k' as never],
      policyId: 'p' as PolicyId,
      policyVersion: 1,
      refusal: undefined,
      claim: undefined,
      meters: [],
      holds: [],
    };
    await expect(store.reserve(command)).rejects.toThrow(DependencyUnavailable);
    await store.putKey({ ...key, revokedAtMs: 5 });
    expect(await (await plain(redis.url)).hget('kb:{a}:k:k', 'revokedAtMs')).toBe('5');
    expect(await (await plain(redis.url)).exists('kb:{a}:r:rsv_1')).toBe(0);
  });
});

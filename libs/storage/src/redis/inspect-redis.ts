import { Redis } from 'ioredis';
import { STATE } from './redis-keys.js';
import { type RedisTls, snapshotSetting } from './redis-server.js';
import { parseInfo, serverProblems } from './server-guard.js';

/** What `keybrake doctor` has to know of a Redis. */
export interface RedisInspection {
  readonly version: string;
  readonly major: number;
  /** Why it is not used for admission, each with what to change; empty when it is fit. */
  readonly problems: readonly string[];
  /** `missing`: no ledger has filled this server in this life of it. */
  readonly phase: 'missing' | 'loading' | 'ready';
}

const TIMEOUT_MS = 2_000;

/** Looks and changes nothing. Rejects when the server is not reached. */
export async function inspectRedis(url: string, tls?: RedisTls): Promise<RedisInspection> {
  const redis = new Redis(url, {
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    connectionName: 'keybrake-doctor',
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // Said by the command that fails.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const info = parseInfo(await redis.info());
    const version = info.get('valkey_version') ?? info.get('redis_version') ?? '';
    const [phase, runId] = await redis.hmget(STATE, 'phase', 'runId');
    const isKnown = (phase === 'ready' || phase === 'loading') && runId === info.get('run_id');
    return {
      version,
      major: Number.parseInt(version, 10),
      problems: serverProblems(info, await snapshotSetting(redis)),
      phase: isKnown ? phase : 'missing',
    };
  } finally {
    redis.disconnect();
  }
}

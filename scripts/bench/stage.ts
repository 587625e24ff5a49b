import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPolicy, issueVaultKey } from '@keybrake/application';
import type { AccountId, Currency } from '@keybrake/domain';
import { startEmbeddedPostgres } from '@keybrake/platform';
import { SIMULATOR_CREDENTIALS } from '@keybrake/simulator';
import { createPool, migrate } from '@keybrake/storage';
import { startKafka } from '@keybrake/testing/kafka-process';
import { freePort, ServerProcess } from '@keybrake/testing/processes';
import { startRedis } from '@keybrake/testing/redis-process';
import { governancePorts, openAccount } from '../../test/harness/account.ts';
import { figureOf } from './figure.ts';
import type { Target } from './load.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// As scripts/start.mjs runs it: V8 would let garbage grow with the machine's memory.
const MEMORY = { NODE_OPTIONS: '--max-semi-space-size=16 --max-old-space-size=256' };

export type Profile = 'postgres' | 'distributed';

/** The servers, simulator, gateway, ledger and a bare pass-through, each a process of its own. */
export interface Stage {
  readonly direct: Target;
  readonly bare: Target;
  readonly governed: Target;
  /** From a target's own /metrics. */
  figure(target: Target, name: string): Promise<number>;
  close(): Promise<void>;
}

interface Closing {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

async function distributedServers(folder: string): Promise<Closing> {
  const [redis, kafka] = await Promise.all([startRedis(), startKafka({ folder: join(folder, 'kafka') })]);
  return {
    env: { REDIS_URL: redis.url, KAFKA_BROKERS: kafka.brokers, KEYBRAKE_KAFKA_REPLICATION_FACTOR: '1' },
    close: async () => void (await Promise.all([redis.server.kill(), kafka.remove()])),
  };
}

export async function openStage(profile: Profile): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'keybrake-bench-'));
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres') });
  await migrate(postgres.url);
  const simulatorUrl = `http://127.0.0.1:${await freePort()}`;
  const gatewayUrl = `http://127.0.0.1:${await freePort()}`;
  const ledgerUrl = `http://127.0.0.1:${await freePort()}`;
  const bareUrl = `http://127.0.0.1:${await freePort()}`;
  const servers = profile === 'distributed' ? await distributedServers(folder) : undefined;
  const env = {
    ...servers?.env,
    DATABASE_URL: postgres.url,
    KEYBRAKE_PEPPER: randomBytes(32).toString('base64'),
    KEYBRAKE_KEK: randomBytes(32).toString('base64'),
    KEYBRAKE_STRIPE_ORIGIN: simulatorUrl,
    KEYBRAKE_GATEWAY_PORT: new URL(gatewayUrl).port,
    KEYBRAKE_LEDGER_PORT: new URL(ledgerUrl).port,
    KEYBRAKE_DRAIN_DELAY_MS: '0',
  };
  const vaultKey = await vaultKeyWithRoom(postgres.url, env);
  const start = (name: string, entry: string, readyUrl: string, more: Record<string, string> = {}) =>
    ServerProcess.start({ name, entry: join(root, entry), env: { ...env, ...more }, readyUrl });
  const simulatorEnv = {
    KEYBRAKE_SIMULATOR_PORT: new URL(simulatorUrl).port,
    KEYBRAKE_SIMULATOR_WITNESS: join(folder, 'witness.jsonl'),
  };
  const processes = await Promise.all([
    start('gateway', `apps/gateway/dist/main.${profile}.js`, `${gatewayUrl}/readyz`, MEMORY),
    start('ledger', `apps/ledger/dist/main.${profile}.js`, `${ledgerUrl}/readyz`),
    start('simulator', 'libs/simulator/dist/main.js', `${simulatorUrl}/_control`, simulatorEnv),
    start('pass-through', 'scripts/bench/pass-through.ts', `${bareUrl}/readyz`, {
      ...MEMORY,
      PASS_THROUGH_PORT: new URL(bareUrl).port,
      PASS_THROUGH_ORIGIN: simulatorUrl,
    }),
  ]);
  return {
    direct: { url: simulatorUrl, key: SIMULATOR_CREDENTIALS.stripe },
    bare: { url: bareUrl, key: SIMULATOR_CREDENTIALS.stripe },
    governed: { url: gatewayUrl, key: vaultKey },
    figure: ({ url }, name) => figureOf(url, name),
    close: async () => {
      await Promise.all(processes.map((one) => one.stop()));
      await servers?.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function vaultKeyWithRoom(
  databaseUrl: string,
  env: { KEYBRAKE_PEPPER: string; KEYBRAKE_KEK: string },
): Promise<string> {
  const pool = createPool({
    url: databaseUrl,
    applicationName: 'bench',
    connectionsMax: 2,
    onIdleError: () => undefined,
  });
  await openAccount(pool, env);
  const ports = governancePorts(pool, env);
  const actor = { accountId: 'default' as AccountId, name: 'system' };
  const { policy } = await createPolicy(ports, actor, {
    name: 'bench',
    provider: 'stripe',
    allowedOperations: ['charges:*'],
    caps: [
      {
        scope: 'key',
        window: 'day',
        currency: 'usd' as Currency,
        direction: 'any',
        limitMicros: 9_000_000_000_000_000n,
      },
    ],
    perCallMaxMicros: new Map(),
    timeZone: 'UTC',
    requestsPerMonth: undefined,
    requestsPerSecond: undefined,
    unpriced: 'deny',
    requireRunId: false,
    requireIdempotencyKey: false,
    otherCurrencies: 'deny',
    duplicateGuard: undefined,
    approval: undefined,
    mode: 'enforce',
    connectedAccounts: [],
  });
  const draft = {
    agentType: 'bench',
    policyId: policy.id,
    credentialId: undefined,
    label: undefined,
    expiresAtMs: undefined,
  };
  const { vaultKey } = await issueVaultKey(ports, actor, draft);
  await pool.end();
  return vaultKey;
}

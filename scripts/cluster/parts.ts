import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '@keybrake/platform';
import { migrate } from '@keybrake/storage';
import { startKafka } from '@keybrake/testing/kafka-process';
import { type LoadBalancer, startLoadBalancer } from '@keybrake/testing/load-balancer';
import { freePort, ServerProcess } from '@keybrake/testing/processes';
import { startRedis } from '@keybrake/testing/redis-process';
import { Supervised } from './supervised.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As scripts/start.mjs runs it: V8 would let garbage grow with the machine's memory. */
const MEMORY = { NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=16 --max-old-space-size=256' };

export interface ServersOptions {
  readonly folder: string;
  readonly say: (message: string) => void;
}

/** Kafka, Redis and PostgreSQL, each kept alive. */
export async function startServers({ folder, say }: ServersOptions) {
  const [kafkaPort, redisPort] = [await freePort(), await freePort()];
  say('starting PostgreSQL, Redis and Kafka');
  const postgres = await startEmbeddedPostgres({
    folder: join(folder, 'postgres'),
    settings: { max_connections: '150' },
    onProgress: say,
  });
  await migrate(postgres.url);
  const redis = await Supervised.start('redis', async () => (await startRedis({ port: redisPort })).server, say);
  const kafkaFolder = join(folder, 'kafka');
  const kafka = await Supervised.start(
    'kafka',
    async () => (await startKafka({ folder: kafkaFolder, port: kafkaPort })).server,
    say,
  );
  return {
    databaseUrl: postgres.url,
    redisUrl: `redis://127.0.0.1:${redisPort}`,
    kafkaBrokers: `127.0.0.1:${kafkaPort}`,
    postgres,
    supervised: [redis, kafka],
  };
}

export interface AppOptions {
  readonly name: string;
  /** Built JavaScript, from the repository's root. */
  readonly entry: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly readyPath?: string;
  readonly say: (message: string) => void;
}

/** One of our own processes, kept alive on its port. */
export function startApp({ name, entry, port, env, readyPath = '/readyz', say }: AppOptions): Promise<Supervised> {
  const readyUrl = `http://127.0.0.1:${port}${readyPath}`;
  const options = { name, entry: join(root, entry), env: { ...MEMORY, ...env }, readyUrl };
  return Supervised.start(name, () => ServerProcess.start(options), say);
}

/** In front of the gateways, kept alive under the name of its program. */
export function balance(
  kind: LoadBalancer,
  folder: string,
  port: number,
  gatewayPorts: readonly number[],
  say: (message: string) => void,
): Promise<Supervised> {
  return Supervised.start(kind, () => startLoadBalancer(kind, { port, folder, gatewayPorts }), say);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { type Simulator, startSimulator } from '@keybrake/simulator';
import { createPool, type Pool } from '@keybrake/storage';
import { TestAuthority } from '@keybrake/testing/certificates';
import type { KafkaProcess } from '@keybrake/testing/kafka-process';
import { eventually, freePort, ServerProcess } from '@keybrake/testing/processes';
import type { RedisProcess } from '@keybrake/testing/redis-process';
import { openAccount } from './account.ts';
import { installationOf } from './installation.ts';
import {
  KAFKA_USER,
  type SecurePostgres,
  startSecureKafka,
  startSecurePostgres,
  startSecureRedis,
  writePem,
} from './secure-servers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
type App = 'gateway' | 'ledger' | 'admin-api';
const PORT_VARIABLE = {
  gateway: 'KEYBRAKE_GATEWAY_PORT',
  ledger: 'KEYBRAKE_LEDGER_PORT',
  'admin-api': 'KEYBRAKE_ADMIN_PORT',
} as const;

interface Servers {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly postgres: SecurePostgres;
  readonly redis: RedisProcess;
  readonly kafka: KafkaProcess;
}

/** The distributed profile with TLS on every link, and servers that take nothing else. */
export class SecureSystem {
  readonly #servers: Servers;
  readonly #processes: ServerProcess[] = [];
  /** Of each process; the right certificates. */
  readonly settings: Readonly<Record<string, string>>;
  /** An authority that nobody here trusts. */
  readonly strangerCa: string;
  readonly pool: Pool;

  private constructor(servers: Servers, settings: Record<string, string>, strangerCa: string) {
    this.#servers = servers;
    this.settings = settings;
    this.strangerCa = strangerCa;
    this.pool = createPool({
      url: settings.DATABASE_URL as string,
      applicationName: 'test',
      connectionsMax: 2,
      onIdleError: () => undefined,
    });
  }

  static async start(): Promise<SecureSystem> {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-secure-'));
    const authority = await TestAuthority.create('keybrake test');
    const pem = await writePem(folder, 'ours', authority);
    const stranger = await writePem(folder, 'stranger', await TestAuthority.create('stranger'));
    // This process is a client too.
    setDefaultCACertificates([...getCACertificates('default'), authority.ca]);
    const [postgres, redis, kafka, simulator] = await Promise.all([
      startSecurePostgres(folder, authority),
      startSecureRedis(pem),
      startSecureKafka(pem),
      startSimulator({ port: 0, witnessFile: join(folder, 'witness.jsonl') }),
    ]);
    const settings = {
      ...installationOf(`${postgres.url}?sslmode=verify-full&sslrootcert=${pem.ca}`, simulator.url),
      REDIS_URL: redis.secureUrl,
      KEYBRAKE_REDIS_CA_FILE: pem.ca,
      KEYBRAKE_REDIS_CERT_FILE: pem.cert,
      KEYBRAKE_REDIS_KEY_FILE: pem.key,
      KAFKA_BROKERS: kafka.brokers,
      KEYBRAKE_KAFKA_CA_FILE: pem.ca,
      KEYBRAKE_KAFKA_CERT_FILE: pem.cert,
      KEYBRAKE_KAFKA_KEY_FILE: pem.key,
      KEYBRAKE_KAFKA_USER: KAFKA_USER.name,
      KEYBRAKE_KAFKA_PASSWORD: KAFKA_USER.password,
      KEYBRAKE_KAFKA_PARTITIONS: '4',
      KEYBRAKE_KAFKA_REPLICATION_FACTOR: '1',
      KEYBRAKE_TLS_CERT_FILE: pem.cert,
      KEYBRAKE_TLS_KEY_FILE: pem.key,
    };
    return new SecureSystem({ folder, simulator, postgres, redis, kafka }, settings, stranger.ca);
  }

  get simulatorUrl(): string {
    return this.#servers.simulator.url;
  }

  /** An admin token of the account `default`. */
  openAccount(): Promise<string> {
    const { KEYBRAKE_PEPPER = '', KEYBRAKE_KEK = '' } = this.settings;
    return openAccount(this.pool, { KEYBRAKE_PEPPER, KEYBRAKE_KEK });
  }

  /** The process's address, once it is ready. */
  async startApp(app: App): Promise<string> {
    const { url, env } = await this.#place(app);
    await this.#start(app, env, `${url}/readyz`);
    return url;
  }

  /** What a gateway with other settings prints that ends at once, or does not become ready and says why. */
  async refusedGateway(other: Readonly<Record<string, string>>, why: RegExp): Promise<string> {
    const { url, env } = await this.#place('gateway');
    let gateway: ServerProcess;
    try {
      gateway = await this.#start('gateway', { ...env, ...other }, `${url}/livez`);
    } catch (error) {
      return (error as Error).message;
    }
    const { status } = await fetch(`${url}/readyz`);
    if (status !== 503) throw new Error(`the gateway is ready: ${status}`);
    return eventually(
      'the reason',
      () => gateway.output,
      (text) => why.test(text),
    );
  }

  async #place(app: App): Promise<{ readonly url: string; readonly env: Readonly<Record<string, string>> }> {
    const port = await freePort();
    return { url: `https://127.0.0.1:${port}`, env: { ...this.settings, [PORT_VARIABLE[app]]: String(port) } };
  }

  async #start(app: App, env: Readonly<Record<string, string>>, readyUrl: string): Promise<ServerProcess> {
    const entry = join(root, `apps/${app}/dist/main.distributed.js`);
    const server = await ServerProcess.start({ name: app, entry, env, readyUrl });
    this.#processes.push(server);
    return server;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.stop()));
    await this.pool.end();
    const { folder, simulator, postgres, redis, kafka } = this.#servers;
    await Promise.all([simulator.close(), postgres.stop(), redis.server.kill(), kafka.remove()]);
    await rm(folder, { recursive: true, force: true });
  }
}

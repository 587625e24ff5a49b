import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KafkaSource } from '@keybrake/event-log';
import { type KafkaSettings, loadConfig } from '@keybrake/platform';
import {
  type FaultOrder,
  SIMULATOR_CREDENTIALS,
  type Simulator,
  startSimulator,
  type WitnessEntry,
} from '@keybrake/simulator';
import { createPool, type Pool } from '@keybrake/storage';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { freePort, ServerProcess } from '@keybrake/testing/processes';
import { type RedisOptions, type RedisProcess, startRedis } from '@keybrake/testing/redis-process';
import { type Installation, type IssuedKey, type KeyWish, openAccount } from './account.ts';
import type { AppSettings, MadeServers } from './app-settings.ts';
import { askAdmin, issueKey } from './ask-admin.ts';
import { distributedSettings, topicReader } from './distributed.ts';
import { type CountedBalance, Enforced } from './enforced.ts';
import { type FaultPlan, faultSettings } from './fault-plan.ts';
import { foldedUp, logEnds } from './folded-up.ts';
import { installationOf } from './installation.ts';
import { orderFault, witnessOf } from './simulator-control.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SystemOptions {
  /** A server with the migrated template database. */
  readonly postgresUrl: string;
  readonly gateways?: number;
  readonly ledgers?: number;
  /** A broker, for the distributed profile; Redis is started for each system. */
  readonly kafkaBrokers?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of each start of Redis. */
  readonly redis?: Pick<RedisOptions, 'args' | 'user'>;
  /** Settings of each app alone, told before the first one starts. */
  readonly settingsOfApps?: (made: MadeServers) => Promise<AppSettings>;
}

interface Gateway {
  readonly url: string;
  readonly port: number;
  process: ServerProcess;
}

interface Parts {
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly simulator: Simulator;
  readonly folder: string;
  readonly env: Installation & Record<string, string>;
  readonly redis: RedisProcess | undefined;
  readonly options: SystemOptions;
  readonly ofApps: AppSettings | undefined;
}

/** Gateways, ledgers and admin API as processes of their own on one database, in front of a simulator. */
export class System {
  readonly #parts: Parts;
  readonly settings: Installation & Readonly<Record<string, string>>;
  readonly #gateways: Gateway[] = [];
  readonly #processes: ServerProcess[] = [];
  readonly #ledgers: ServerProcess[] = [];
  readonly ledgerUrls: string[] = [];
  #redis: RedisProcess | undefined;
  readonly #kafka: KafkaSource | undefined;
  readonly #enforced: Enforced;
  #admin: ServerProcess | undefined;
  #adminSettings: Record<string, string> = {};
  adminUrl = '';
  adminToken = '';

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.settings = parts.env;
    this.#redis = parts.redis;
    this.#enforced = new Enforced(parts.pool, parts.redis);
    this.#kafka = parts.redis === undefined ? undefined : topicReader(parts.env, 'ends');
  }

  static async start(options: SystemOptions): Promise<System> {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-e2e-'));
    const database = await createDatabase(options.postgresUrl);
    const simulator = await startSimulator({ port: 0, witnessFile: join(folder, 'witness.jsonl') });
    const { kafkaBrokers } = options;
    const redis = kafkaBrokers === undefined ? undefined : await startRedis(options.redis);
    const ofApps = await options.settingsOfApps?.({ databaseUrl: database.url, redisPort: redis?.port });
    const store = redis === undefined ? {} : distributedSettings(redis, kafkaBrokers ?? '');
    const env = { ...store, ...installationOf(database.url, simulator.url), ...options.env };
    const onIdleError = () => undefined;
    const pool = createPool({ url: database.url, applicationName: 'test', connectionsMax: 4, onIdleError });
    const system = new System({ database, pool, simulator, folder, env, redis, options, ofApps });
    try {
      await system.#startProcesses(options.gateways ?? 1, options.ledgers ?? 1);
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  get databaseUrl(): string {
    return this.#parts.database.url;
  }

  get gatewayUrl(): string {
    return this.gatewayUrls[0] as string;
  }

  get gatewayUrls(): readonly string[] {
    return this.#gateways.map(({ url }) => url);
  }

  /** Everything that the processes printed. */
  output(): string {
    return this.#processes.map(({ output }) => output).join('\n');
  }

  get simulatorUrl(): string {
    return this.#parts.simulator.url;
  }

  get realSecrets(): readonly string[] {
    const { stripe, twilio, resend } = SIMULATOR_CREDENTIALS;
    return [stripe, twilio.authToken, resend];
  }

  admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    return askAdmin<T>(this, method, path, body);
  }

  issueKey(wish: KeyWish): Promise<IssuedKey> {
    return issueKey(this, wish);
  }

  witness(provider: string | undefined): Promise<WitnessEntry[]> {
    return witnessOf(this.simulatorUrl, provider);
  }

  fault(order: FaultOrder): Promise<void> {
    return orderFault(this.simulatorUrl, order);
  }

  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#parts.pool.query<Row>(text, values)).rows;
  }

  foldedUp(): Promise<void> {
    return foldedUp(this.#parts.pool, () => this.logEnds());
  }

  logEnds(): Promise<ReadonlyMap<number, bigint>> {
    return logEnds(this.#parts.pool, this.#kafka);
  }

  /** Balances of a key's caps: as the admission store enforces them, or as the ledger has folded them. */
  async balances(keyId: string, side: 'enforced' | 'folded'): Promise<readonly CountedBalance[]> {
    return this.#enforced.balancesOf(keyId, side);
  }

  /** Of the distributed profile: a reader of its own for the spend topic. */
  topicReader(groupId: string): KafkaSource {
    return topicReader(this.settings, groupId);
  }

  get kafkaSettings(): KafkaSettings {
    return loadConfig({ env: this.settings }).kafka;
  }

  heldReservations(): Promise<number> {
    return this.#enforced.heldReservations();
  }

  restartGateway(index: number): Promise<void> {
    return this.#replaceGateway(index, (old) => old.stop());
  }

  /** kill -9, and another one in its place. */
  killGateway(index: number): Promise<void> {
    return this.#replaceGateway(index, (old) => old.kill());
  }

  /** A gateway beside the others that fails as told. */
  startFaultyGateway(plan: FaultPlan): Promise<{ url: string; process: ServerProcess }> {
    return this.startGateway(faultSettings(plan), 'test/harness/faulty-gateway.ts');
  }

  /** One more gateway, with settings of its own. */
  async startGateway(env: Record<string, string>, entry = this.#entry('gateway')) {
    const port = await freePort();
    return { url: `http://127.0.0.1:${port}`, process: await this.#startGateway(entry, port, env) };
  }

  async startLedger(): Promise<ServerProcess> {
    const port = await freePort();
    const env = { KEYBRAKE_LEDGER_PORT: String(port), KEYBRAKE_PUBLIC_ADMIN_URL: this.adminUrl };
    const ledger = await this.#start('ledger', this.#entry('ledger'), port, env);
    this.#ledgers.push(ledger);
    this.ledgerUrls.push(`http://127.0.0.1:${port}`);
    return ledger;
  }

  /** kill -9 of every ledger, and as many in their place. */
  async killLedgers(): Promise<void> {
    const killed = this.#ledgers.splice(0);
    await Promise.all(killed.map((ledger) => ledger.kill()));
    await Promise.all(killed.map(() => this.startLedger()));
  }

  /** kill -9, and another one in its place. */
  async killAdmin(): Promise<void> {
    await this.#admin?.kill();
    await this.#startAdmin();
  }

  get ledgers(): readonly ServerProcess[] {
    return this.#ledgers;
  }

  get redis(): RedisProcess {
    if (this.#redis === undefined) throw new Error('this system has no Redis');
    return this.#redis;
  }

  /** kill -9, and an empty one in its place. */
  async restartRedis(): Promise<void> {
    const { port, server } = this.redis;
    await server.kill();
    this.#redis = await startRedis({ ...this.#parts.options.redis, port });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.filter(({ running }) => running).map((one) => one.stop()));
    await this.#parts.simulator.close();
    await this.#parts.pool.end();
    await this.#parts.database.drop();
    await this.#redis?.server.kill();
    await rm(this.#parts.folder, { recursive: true, force: true });
  }

  async #startProcesses(gateways: number, ledgers: number): Promise<void> {
    this.adminToken = await openAccount(this.#parts.pool, this.settings);
    const adminPort = await freePort();
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    const ports = await Promise.all(Array.from({ length: gateways }, freePort));
    const gatewayUrl = `http://127.0.0.1:${ports[0]}`;
    this.#adminSettings = { KEYBRAKE_ADMIN_PORT: String(adminPort), KEYBRAKE_PUBLIC_GATEWAY_URL: gatewayUrl };
    const starts = [
      this.#startAdmin(),
      ...Array.from({ length: ledgers }, () => this.startLedger()),
      ...ports.map(async (port) => {
        const process = await this.#startGateway(this.#entry('gateway'), port);
        this.#gateways.push({ url: `http://127.0.0.1:${port}`, port, process });
      }),
    ];
    await Promise.all(starts);
  }

  #entry(app: 'gateway' | 'ledger' | 'admin-api'): string {
    return `apps/${app}/dist/main.${this.#redis === undefined ? 'postgres' : 'distributed'}.js`;
  }

  async #replaceGateway(index: number, end: (old: ServerProcess) => Promise<unknown>): Promise<void> {
    const gateway = this.#gateways[index] as Gateway;
    await end(gateway.process);
    gateway.process = await this.#startGateway(this.#entry('gateway'), gateway.port);
  }

  async #startAdmin(): Promise<void> {
    const { port } = new URL(this.adminUrl);
    this.#admin = await this.#start('admin API', this.#entry('admin-api'), Number(port), this.#adminSettings);
  }

  #startGateway(entry: string, port: number, env: Record<string, string> = {}): Promise<ServerProcess> {
    const usual = { KEYBRAKE_GATEWAY_PORT: String(port), KEYBRAKE_PUBLIC_ADMIN_URL: this.adminUrl };
    return this.#start('gateway', entry, port, { ...usual, ...env });
  }

  async #start(
    name: keyof AppSettings,
    entry: string,
    port: number,
    env: Record<string, string>,
  ): Promise<ServerProcess> {
    const readyUrl = `http://127.0.0.1:${port}/readyz`;
    const options = {
      name,
      entry: join(root, entry),
      env: { ...this.settings, ...this.#parts.ofApps?.[name], ...env },
      readyUrl,
    };
    const started = await ServerProcess.start(options);
    this.#processes.push(started);
    return started;
  }
}

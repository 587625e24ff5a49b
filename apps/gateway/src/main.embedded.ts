import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { startPostgresAdminApi } from '@keybrake/admin-api';
import { bootstrapAccount } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { startPostgresLedger } from '@keybrake/ledger';
import {
  type Config,
  createLogger,
  fileDestination,
  type Installation,
  installShutdown,
  keptSecret,
  type Logger,
  loadConfig,
  runMain,
  type Shutdown,
  type ShutdownStep,
  startEmbeddedPostgres,
} from '@keybrake/platform';
import { loadProviders } from '@keybrake/provider-file';
import type { ProviderRegistry } from '@keybrake/providers';
import { migrate } from '@keybrake/storage';
import { type DemoFile, readEarlier, writeDemoFile } from './embedded/demo-file.js';
import { openUpstreams } from './embedded/upstreams.js';
import { welcomeText } from './embedded/welcome.js';
import { startPostgresGateway } from './start-gateway.js';

const say = (message: string) => process.stdout.write(`keybrake: ${message}\n`);
const shown = (path: string) => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
};
const ACCOUNT = 'default' as AccountId;
/** Beside what a provider may take: the last records, and the database's own stop. */
const STOP_BUDGET_MS = 40_000;

/** What was started, the last first: each step needs only what comes after it. */
class Started {
  readonly steps: ShutdownStep[] = [];

  add(...steps: readonly ShutdownStep[]): void {
    this.steps.unshift(...steps);
  }
}

/** Everything in one process, on a PostgreSQL of its own or the one in DATABASE_URL. */
await runMain('keybrake', async () => {
  const config = loadConfig();
  const providers = await loadProviders(config);
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 });
  const logFile = join(config.dataDir, 'keybrake.log');
  const logger = createLogger({
    name: 'keybrake',
    level: config.logLevel,
    secrets: config.secrets,
    destination: fileDestination(logFile),
  });
  const started = new Started();
  const budgetMs = config.upstreamTimeoutMs + STOP_BUDGET_MS;
  started.add({ name: 'farewell', run: async () => say('stopped') });
  const shutdown = installShutdown({ logger, steps: started.steps, budgetMs, onStart: () => say('stopping…') });
  try {
    const { demo, simulated, database } = await startAll(config, providers, logger, started, shutdown);
    const tookMs = process.uptime() * 1_000;
    const dataDir = shown(config.dataDir);
    process.stdout.write(welcomeText({ demo, simulated, database, tookMs, dataDir, logFile: shown(logFile) }));
  } catch (error) {
    for (const step of started.steps.slice(0, -1)) await step.run().catch(() => undefined);
    throw error;
  }
});

async function startAll(
  config: Config,
  providers: ProviderRegistry,
  logger: Logger,
  started: Started,
  shutdown: Shutdown,
) {
  const databaseUrl = config.databaseUrl ?? (await startDatabase(config, started, shutdown));
  const pepper = config.pepper ?? Buffer.from(await keptSecret(config.dataDir, 'pepper'), 'utf8');
  const kek = config.kek ?? Buffer.from(await keptSecret(config.dataDir, 'kek'), 'base64');
  const { newerPeppers, otherKeks } = config;
  const installation: Installation = { databaseUrl, pepper, newerPeppers, kek, otherKeks };
  const migrations = await migrate(databaseUrl);
  if (migrations.length > 0) say(`database schema: ${migrations.length} migrations`);

  const upstreams = await openUpstreams(config);
  started.add({ name: 'simulator', run: () => upstreams.close() });

  say('starting ledger, admin API and gateway');
  const onFatal = (error: Error) => {
    process.stderr.write(`keybrake: ${error.message}\n`);
    void shutdown.run('the event log cannot be folded', 1);
  };
  const { origins } = upstreams;
  const ofLedger = {
    config: { ...config, origins },
    installation,
    providers,
    logger: logger.child({ app: 'ledger' }),
    onFatal,
  };
  const ledger = await startPostgresLedger(ofLedger);
  started.add(...ledger.shutdownSteps);
  const admin = await startPostgresAdminApi(config, installation, providers, logger.child({ app: 'admin-api' }));
  started.add(...admin.shutdownSteps);
  const earlier = await readEarlier(config.dataDir);
  const request = { accountId: ACCOUNT, credentials: upstreams.credentials, earlier };
  const { adminToken, vaultKeys } = await bootstrapAccount(admin.governance, request);
  // No load balancer stands in front of it.
  const ofGateway = { ...config, origins, drainDelayMs: 0, publicAdminUrl: config.signIn.publicUrl ?? admin.url };
  const gateway = await startPostgresGateway(ofGateway, installation, providers, logger.child({ app: 'gateway' }));
  started.add(...gateway.shutdownSteps);

  const provider = (id: 'stripe' | 'twilio' | 'resend') => ({
    vaultKey: vaultKeys.get(id) ?? '',
    baseUrl: `${gateway.url}/${id}`,
  });
  const demo: DemoFile = {
    gatewayUrl: gateway.url,
    adminUrl: admin.url,
    adminToken,
    providers: { stripe: provider('stripe'), twilio: provider('twilio'), resend: provider('resend') },
    simulatorUrl: upstreams.simulatorUrl,
  };
  await writeDemoFile(config.dataDir, demo);
  const database =
    config.databaseUrl === undefined ? `PostgreSQL in ${shown(config.dataDir)}/postgres` : 'DATABASE_URL';
  return { demo, simulated: upstreams.simulated, database };
}

async function startDatabase(config: Config, started: Started, shutdown: Shutdown): Promise<string> {
  say('starting PostgreSQL');
  const postgres = await startEmbeddedPostgres({
    folder: join(config.dataDir, 'postgres'),
    port: config.postgresPort === 0 ? undefined : config.postgresPort,
    onProgress: say,
  });
  let wanted = false;
  started.add({
    name: 'database',
    run: () => {
      wanted = true;
      return postgres.stop();
    },
  });
  void postgres.exited.then((code) => {
    if (wanted) return;
    process.stderr.write(
      `keybrake: PostgreSQL ended by itself (code ${code}); see ${shown(config.dataDir)}/postgres/server.log\n`,
    );
    void shutdown.run('the database ended', 1);
  });
  return postgres.url;
}

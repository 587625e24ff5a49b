import { type GovernancePorts, republishAdmission } from '@keybrake/application';
import {
  addProcessMetrics,
  type Config,
  createMetrics,
  type DistributedInstallation,
  type Installation,
  type Logger,
  Readiness,
  type ShutdownStep,
} from '@keybrake/platform';
import type { ProviderRegistry } from '@keybrake/providers';
import { startAdminApi } from './app.js';
import { openDistributedAdmin } from './ports.distributed.js';
import type { AdminAdapters } from './ports.js';
import { openPostgresAdmin } from './ports.postgres.js';

export interface RunningAdminApi {
  readonly url: string;
  /** For the embedded start, which makes the first account. */
  readonly governance: GovernancePorts;
  readonly shutdownSteps: readonly ShutdownStep[];
}

const CLOSE_WITHIN_MS = 3_000;

/** The admin API on one PostgreSQL. */
export async function startPostgresAdminApi(
  config: Pick<Config, 'admin' | 'alerts' | 'publicGatewayUrl' | 'signIn'>,
  installation: Installation,
  providers: ProviderRegistry,
  logger: Logger,
): Promise<RunningAdminApi> {
  const { alerts, publicGatewayUrl, signIn } = config;
  const onTrouble = (what: string, error: unknown) => logger.warn({ err: error }, what);
  const adapters = await openPostgresAdmin({ ...installation, providers, alerts, publicGatewayUrl, signIn }, onTrouble);
  await republishAdmission(adapters.ports.governance);
  return start(config, adapters, logger);
}

/** The admin API on Redis and Kafka; there the ledger tells a new admission store what is on record. */
export async function startDistributedAdminApi(
  config: Pick<Config, 'admin' | 'kafka' | 'alerts' | 'publicGatewayUrl' | 'signIn'>,
  installation: DistributedInstallation,
  providers: ProviderRegistry,
  logger: Logger,
): Promise<RunningAdminApi> {
  const { alerts, kafka, publicGatewayUrl, signIn } = config;
  const onTrouble = (what: string, error: unknown) => logger.warn({ err: error }, what);
  const adapters = await openDistributedAdmin(
    { ...installation, providers, alerts, kafka, publicGatewayUrl, signIn },
    onTrouble,
  );
  return start(config, adapters, logger);
}

async function start(
  config: Pick<Config, 'admin'>,
  { ports, checks, close }: AdminAdapters,
  logger: Logger,
): Promise<RunningAdminApi> {
  const metrics = createMetrics('admin-api');
  addProcessMetrics(metrics);
  const readiness = new Readiness(checks);
  const server = await startAdminApi({ ports, address: config.admin, logger, metrics, readiness });
  logger.info({ url: server.url }, 'admin API listens');
  return {
    url: server.url,
    governance: ports.governance,
    shutdownSteps: [
      { name: 'admin API readiness off', run: async () => readiness.startDraining() },
      { name: 'admin API live tails', run: async () => ports.tails.close() },
      { name: 'admin API listener', run: () => server.close(CLOSE_WITHIN_MS) },
      { name: 'admin API log and connections', run: () => close(CLOSE_WITHIN_MS) },
      { name: 'admin API metrics', run: () => metrics.close() },
    ],
  };
}

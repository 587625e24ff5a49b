import { type GovernancePorts, republishAdmission } from '@keybrake/application';
import {
  activeTraceparent,
  addProcessMetrics,
  type Config,
  createMetrics,
  type DistributedInstallation,
  type Installation,
  type Logger,
  Readiness,
  type ShutdownStep,
  startTracing,
  type Tracing,
} from '@keybrake/platform';
import type { ProviderRegistry } from '@keybrake/providers';
import { startAdminApi } from './app.js';
import { openDistributedAdmin } from './ports.distributed.js';
import type { AdminAdapters, AdminEvents } from './ports.js';
import { openPostgresAdmin } from './ports.postgres.js';
import { tracedPorts } from './traced-ports.js';

export interface RunningAdminApi {
  readonly url: string;
  /** For the embedded start, which makes the first account. */
  readonly governance: GovernancePorts;
  readonly shutdownSteps: readonly ShutdownStep[];
}

const CLOSE_WITHIN_MS = 3_000;

/** The admin API on one PostgreSQL. */
export async function startPostgresAdminApi(
  config: Pick<Config, 'admin' | 'alerts' | 'publicGatewayUrl' | 'signIn' | 'tracing'>,
  installation: Installation,
  providers: ProviderRegistry,
  logger: Logger,
): Promise<RunningAdminApi> {
  const { alerts, publicGatewayUrl, signIn } = config;
  const tracing = tracingOf(config);
  const ofAdmin = { ...installation, providers, alerts, publicGatewayUrl, signIn };
  const adapters = await openPostgresAdmin(ofAdmin, eventsOf(logger, tracing));
  await republishAdmission(adapters.ports.governance);
  return start(config, adapters, logger, tracing);
}

/** The admin API on Redis and Kafka; there the ledger tells a new admission store what is on record. */
export async function startDistributedAdminApi(
  config: Pick<Config, 'admin' | 'kafka' | 'alerts' | 'publicGatewayUrl' | 'signIn' | 'tracing'>,
  installation: DistributedInstallation,
  providers: ProviderRegistry,
  logger: Logger,
): Promise<RunningAdminApi> {
  const { alerts, kafka, publicGatewayUrl, signIn } = config;
  const tracing = tracingOf(config);
  const ofAdmin = { ...installation, providers, alerts, kafka, publicGatewayUrl, signIn };
  const adapters = await openDistributedAdmin(ofAdmin, eventsOf(logger, tracing));
  return start(config, adapters, logger, tracing);
}

const tracingOf = ({ tracing }: Pick<Config, 'tracing'>): Tracing | undefined =>
  tracing && startTracing({ serviceName: 'keybrake-admin-api', ...tracing });

const eventsOf = (logger: Logger, tracing: Tracing | undefined): AdminEvents => ({
  onTrouble: (what, error) => logger.warn({ err: error }, what),
  traceparent: tracing === undefined ? () => undefined : activeTraceparent,
});

async function start(
  config: Pick<Config, 'admin'>,
  adapters: AdminAdapters,
  logger: Logger,
  tracing: Tracing | undefined,
): Promise<RunningAdminApi> {
  const { checks, close } = adapters;
  const ports = tracing === undefined ? adapters.ports : tracedPorts(adapters.ports, adapters.traced, tracing);
  const metrics = createMetrics('admin-api');
  addProcessMetrics(metrics);
  const readiness = new Readiness(checks);
  const server = await startAdminApi({ ports, address: config.admin, logger, metrics, readiness, tracing });
  logger.info({ url: server.url }, 'admin API listens');
  return {
    url: server.url,
    governance: adapters.ports.governance,
    shutdownSteps: [
      { name: 'admin API readiness off', run: async () => readiness.startDraining() },
      { name: 'admin API live tails', run: async () => ports.tails.close() },
      { name: 'admin API listener', run: () => server.close(CLOSE_WITHIN_MS) },
      { name: 'admin API log and connections', run: () => close(CLOSE_WITHIN_MS) },
      { name: 'admin API metrics', run: () => metrics.close() },
      { name: 'admin API traces', run: async () => tracing?.close() },
    ],
  };
}

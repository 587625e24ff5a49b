import { hostname } from 'node:os';
import { type GovernancePorts, republishAdmission } from '@keybrake/application';
import { GroupAppender, jsonEventCodec, PostgresEventLog } from '@keybrake/event-log';
import {
  addProcessMetrics,
  type Config,
  createDigests,
  createMetrics,
  type Installation,
  type Logger,
  Readiness,
  type ShutdownStep,
  systemRuntime,
  systemSecrets,
} from '@keybrake/platform';
import {
  asUnavailable,
  createPool,
  createPostgresGovernanceStore,
  PostgresAdmissionStore,
  PostgresIdempotentResponses,
  PostgresLedgerReports,
  postgresCipher,
} from '@keybrake/storage';
import { startAdminApi } from './app.js';
import type { AdminPorts } from './ports.js';

export interface RunningAdminApi {
  readonly url: string;
  /** For the embedded start, which makes the first account. */
  readonly governance: GovernancePorts;
  readonly shutdownSteps: readonly ShutdownStep[];
}

const CONNECTIONS_MAX = 8;
const CLOSE_WITHIN_MS = 3_000;

/** The admin API on one PostgreSQL. */
export async function startPostgresAdminApi(
  config: Pick<Config, 'admin'>,
  installation: Installation,
  logger: Logger,
): Promise<RunningAdminApi> {
  const metrics = createMetrics('admin-api');
  addProcessMetrics(metrics);
  const pool = createPool({
    url: installation.databaseUrl,
    applicationName: `keybrake-admin-api@${hostname()}`,
    connectionsMax: CONNECTIONS_MAX,
    onIdleError: (error) => logger.warn({ err: error }, 'idle connection'),
  });
  const digests = createDigests(installation.pepper);
  const admission = new PostgresAdmissionStore(pool);
  const cipher = postgresCipher(pool, installation.kek);
  const log = new GroupAppender(await PostgresEventLog.open(pool, asUnavailable), jsonEventCodec);
  const governance: GovernancePorts = {
    store: createPostgresGovernanceStore(pool),
    admission,
    cipher: cipher.credentials,
    digests,
    secrets: systemSecrets,
    runtime: systemRuntime,
  };
  const ports: AdminPorts = {
    governance,
    admission,
    log,
    reports: new PostgresLedgerReports(pool, digests),
    responses: new PostgresIdempotentResponses(pool, cipher.envelope),
    runtime: systemRuntime,
  };
  await republishAdmission(governance);
  const readiness = new Readiness({ database: () => pool.query('select 1') });
  const server = await startAdminApi({ ports, address: config.admin, logger, metrics, readiness });
  logger.info({ url: server.url }, 'admin API listens');
  return {
    url: server.url,
    governance,
    shutdownSteps: [
      { name: 'admin API readiness off', run: async () => readiness.startDraining() },
      { name: 'admin API listener', run: () => server.close(CLOSE_WITHIN_MS) },
      { name: 'admin API log', run: () => log.close(CLOSE_WITHIN_MS) },
      { name: 'admin API connections', run: () => pool.end() },
      { name: 'admin API metrics', run: () => metrics.close() },
    ],
  };
}

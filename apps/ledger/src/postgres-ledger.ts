import { hostname } from 'node:os';
import { GroupAppender, jsonEventCodec, PolledSource, PostgresEventLog } from '@keybrake/event-log';
import {
  addProcessMetrics,
  type Config,
  createDigests,
  createMetrics,
  type Installation,
  type Logger,
  type Metrics,
  OperationalModule,
  Readiness,
  type ShutdownStep,
  startHttpApp,
  systemRuntime,
} from '@keybrake/platform';
import {
  asUnavailable,
  createPool,
  PostgresAdmissionStore,
  PostgresAdmissionUpkeep,
  PostgresLedgerStore,
} from '@keybrake/storage';
import { type LedgerObserver, startLedger } from './app.js';

export interface RunningLedgerProcess {
  readonly shutdownSteps: readonly ShutdownStep[];
}

export interface PostgresLedgerOptions {
  readonly config: Pick<Config, 'ledger' | 'heldMaxAgeMs'>;
  readonly installation: Installation;
  readonly logger: Logger;
  /** The log has a gap or was replaced: the process must end, loudly. */
  readonly onFatal: (error: Error) => void;
}

const CONNECTIONS_MAX = 6;
const POLLING = { chunkRecordsMax: 500, idleMs: 50, retryMs: 500 };
const UPKEEP_IDLE_MS = 500;
const CLOSE_WITHIN_MS = 2_000;

/** The ledger on one PostgreSQL, with health and metrics on a port of its own. */
export async function startPostgresLedger(options: PostgresLedgerOptions): Promise<RunningLedgerProcess> {
  const { config, installation, logger } = options;
  const metrics = createMetrics('ledger');
  addProcessMetrics(metrics);
  const pool = createPool({
    url: installation.databaseUrl,
    applicationName: `keybrake-ledger@${hostname()}`,
    connectionsMax: CONNECTIONS_MAX,
    onIdleError: (error) => logger.warn({ err: error }, 'idle connection'),
  });
  const eventLog = await PostgresEventLog.open(pool, asUnavailable);
  const log = new GroupAppender(eventLog, jsonEventCodec, {
    onRetry: (error) => logger.warn({ err: error }, 'append to the event log'),
  });
  const ledger = await startLedger(
    {
      store: new PostgresLedgerStore(pool),
      source: new PolledSource(eventLog, POLLING),
      codec: jsonEventCodec,
      digests: createDigests(installation.pepper),
      admission: new PostgresAdmissionStore(pool),
      upkeep: new PostgresAdmissionUpkeep(pool),
      log,
      runtime: systemRuntime,
    },
    { heldMaxAgeMs: config.heldMaxAgeMs, upkeepIdleMs: UPKEEP_IDLE_MS },
    observerOf(metrics, logger, options.onFatal),
  );
  const readiness = new Readiness({ database: () => pool.query('select 1') });
  const module = OperationalModule.register({ readiness, metrics });
  const server = await startHttpApp({ module, logger, address: config.ledger });
  logger.info({ url: server.url }, 'ledger folds');
  return {
    shutdownSteps: [
      { name: 'ledger readiness off', run: async () => readiness.startDraining() },
      { name: 'ledger workers', run: () => ledger.stop() },
      { name: 'ledger log', run: () => log.close(CLOSE_WITHIN_MS) },
      { name: 'ledger health', run: () => server.close(CLOSE_WITHIN_MS) },
      { name: 'ledger connections', run: () => pool.end() },
      { name: 'ledger metrics', run: () => metrics.close() },
    ],
  };
}

function observerOf(metrics: Metrics, logger: Logger, onFatal: (error: Error) => void): LedgerObserver {
  const folded = metrics.counter('keybrake_ledger_folded_events_total', 'Events folded.');
  const duplicates = metrics.counter(
    'keybrake_ledger_duplicate_events_total',
    'Events seen before, and not folded again.',
  );
  const deadLetters = metrics.counter('keybrake_ledger_dead_letters_total', 'Records that could not be read.');
  let lag = 0;
  let inDoubt = 0;
  metrics.gauge('keybrake_ledger_lag_events', 'Records behind the end of the log.', () => [{ value: lag }]);
  metrics.gauge('keybrake_ledger_in_doubt_calls', 'Launched calls past their deadline without an outcome.', () => [
    { value: inDoubt },
  ]);
  return {
    lag: (records) => {
      lag = Number(records);
    },
    folded: (progress) => {
      if (progress.folded > 0) folded.add(progress.folded);
      if (progress.duplicates > 0) duplicates.add(progress.duplicates);
      if (progress.deadLetters === 0) return;
      deadLetters.add(progress.deadLetters);
      logger.error({ deadLetters: progress.deadLetters }, 'unreadable records: see ledger.dead_letters');
    },
    inDoubt: (count) => {
      inDoubt = count;
    },
    failed: (worker, error) => logger.warn({ err: error, worker }, 'a turn failed and is tried again'),
    fatal: (error) => {
      logger.fatal({ err: error }, 'the event log is not the one that was folded: stopping');
      onFatal(error);
    },
  };
}

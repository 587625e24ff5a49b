import {
  addProcessMetrics,
  type Config,
  createMetrics,
  type DependencyCheck,
  type Logger,
  type Metrics,
  OperationalModule,
  Readiness,
  type ShutdownStep,
  startHttpApp,
} from '@keybrake/platform';
import { type LedgerObserver, type LedgerPorts, startLedger } from './app.js';
import { type ResolverConfig, resolverSettings } from './resolver-ports.js';

export interface LedgerAdapters {
  readonly ports: LedgerPorts;
  readonly checks: Readonly<Record<string, DependencyCheck>>;
  close(flushWithinMs: number): Promise<void>;
}

export interface LedgerProcessOptions {
  readonly config: Pick<Config, 'ledger' | 'alerts' | 'publicAdminUrl'> & ResolverConfig;
  readonly logger: Logger;
  /** The log has a gap or was replaced: the process must end, loudly. */
  readonly onFatal: (error: Error) => void;
  /** Opens the adapters of a profile; the only thing in which profiles differ. */
  readonly open: (onTrouble: (what: string, error: unknown) => void) => Promise<LedgerAdapters>;
}

export interface RunningLedgerProcess {
  readonly shutdownSteps: readonly ShutdownStep[];
}

const UPKEEP_IDLE_MS = 500;
const REBUILD_IDLE_MS = 200;
const CLOSE_WITHIN_MS = 2_000;

/** The ledger, with health and metrics on a port of its own. */
export async function startLedgerProcess(options: LedgerProcessOptions): Promise<RunningLedgerProcess> {
  const { config, logger } = options;
  const metrics = createMetrics('ledger');
  addProcessMetrics(metrics);
  const adapters = await options.open((what, error) => logger.warn({ err: error }, what));
  const ledger = await startLedger(
    adapters.ports,
    {
      heldMaxAgeMs: config.heldMaxAgeMs,
      upkeepIdleMs: UPKEEP_IDLE_MS,
      rebuildIdleMs: REBUILD_IDLE_MS,
      resolver: resolverSettings(config),
      alerts: { ...config.alerts, adminUrl: config.publicAdminUrl },
    },
    observerOf(metrics, logger, options.onFatal),
  );
  const readiness = new Readiness(adapters.checks);
  const module = OperationalModule.register({ readiness, metrics });
  const server = await startHttpApp({ module, logger, address: config.ledger });
  logger.info({ url: server.url }, 'ledger folds');
  return {
    shutdownSteps: [
      { name: 'ledger readiness off', run: async () => readiness.startDraining() },
      { name: 'ledger workers', run: () => ledger.stop() },
      { name: 'ledger health', run: () => server.close(CLOSE_WITHIN_MS) },
      { name: 'ledger log and connections', run: () => adapters.close(CLOSE_WITHIN_MS) },
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
  const rebuilds = metrics.counter('keybrake_ledger_rebuilds_total', 'Lives given to the admission store.');
  const resolved = metrics.counter('keybrake_ledger_resolved_calls_total', 'Calls in doubt that the resolver settled.');
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
    resolved: ({ settled }) => {
      if (settled > 0) resolved.add(settled);
    },
    rebuilt: (result) => {
      rebuilds.add(1);
      logger.warn(result, 'the admission store was lost and has been rebuilt');
    },
    failed: (worker, error) => logger.warn({ err: error, worker }, 'a turn failed and is tried again'),
    fatal: (error) => {
      logger.fatal({ err: error }, 'the event log is not the one that was folded: stopping');
      onFatal(error);
    },
  };
}

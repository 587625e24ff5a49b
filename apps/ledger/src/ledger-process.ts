import {
  addProcessMetrics,
  type Config,
  createMetrics,
  type Dependency,
  type Logger,
  OperationalModule,
  Readiness,
  type ShutdownStep,
  startHttpApp,
  startTracing,
  systemRuntime,
  type TracedLog,
} from '@keybrake/platform';
import { type LedgerPorts, startLedger } from './app.js';
import { addLedgerGauges, createLedgerObserver } from './ledger-metrics.js';
import { type ResolverConfig, resolverSettings } from './resolver-ports.js';
import { tracedSink } from './traced-sink.js';

export interface LedgerAdapters {
  readonly ports: LedgerPorts;
  readonly checks: Readonly<Record<string, Dependency>>;
  readonly log: TracedLog;
  close(flushWithinMs: number): Promise<void>;
}

export interface LedgerProcessOptions {
  readonly config: Pick<Config, 'ledger' | 'alerts' | 'auditRetentionDays' | 'publicAdminUrl' | 'tracing'> &
    ResolverConfig;
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
  const tracing = config.tracing && startTracing({ serviceName: 'keybrake-ledger', ...config.tracing });
  const ledger = await startLedger(
    adapters.ports,
    {
      heldMaxAgeMs: config.heldMaxAgeMs,
      upkeepIdleMs: UPKEEP_IDLE_MS,
      rebuildIdleMs: REBUILD_IDLE_MS,
      resolver: resolverSettings(config),
      auditRetentionDays: config.auditRetentionDays,
      alerts: { ...config.alerts, adminUrl: config.publicAdminUrl },
    },
    createLedgerObserver(metrics, logger, systemRuntime.nowMs, options.onFatal),
    tracing && ((sink) => tracedSink(sink, adapters.log, tracing.tracer)),
  );
  addLedgerGauges(metrics, adapters.ports);
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
      { name: 'ledger traces', run: async () => tracing?.close() },
    ],
  };
}

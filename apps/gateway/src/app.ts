import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createProxyCall, UnfinishedWork } from '@keybrake/application';
import {
  activeTraceparent,
  addProcessMetrics,
  type Config,
  createMetrics,
  type Logger,
  OperationalModule,
  Readiness,
  type ShutdownStep,
  startCallServer,
  startTracing,
} from '@keybrake/platform';
import { createAgentView } from './agent-view/agent-view.js';
import { CallListener } from './call-listener.js';
import { appendInstruments, CALL_SERIES, callInstruments, createCallObserver } from './call-metrics.js';
import { LIMITS, proxySettings } from './settings.js';
import type { GatewayAdapters, GatewayEvents } from './shared-ports.js';
import { tracedCall, tracedObserver, tracedPorts } from './traced-ports.js';
import { vaultKeyLabels } from './vault-key-labels.js';

export interface GatewayOptions {
  readonly config: Pick<
    Config,
    | 'gateway'
    | 'upstreamTimeoutMs'
    | 'inFlightWaitMs'
    | 'recordTimeoutMs'
    | 'drainDelayMs'
    | 'publicAdminUrl'
    | 'tracing'
    | 'countsVaultKeys'
  >;
  readonly logger: Logger;
  /** Opens the adapters of a profile; the only thing in which profiles differ. */
  readonly open: (events: GatewayEvents) => Promise<GatewayAdapters>;
}

export interface RunningGateway {
  readonly url: string;
  /** In order; whoever runs several apps in one process puts its own around them. */
  readonly shutdownSteps: readonly ShutdownStep[];
}

/** Node's own limits: a slow or oversized sender costs one connection, not the process. */
const SERVER = {
  headersTimeout: 5_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
  insecureHTTPParser: false,
  noDelay: true,
};
const CLOSE_WITHIN_MS = 5_000;
const FLUSH_WITHIN_MS = 5_000;

export async function startGateway({ config, logger, open }: GatewayOptions): Promise<RunningGateway> {
  const metrics = createMetrics('gateway', CALL_SERIES);
  addProcessMetrics(metrics);
  const unfinished = new UnfinishedWork((what, error) =>
    logger.warn({ err: error }, `${what} failed; the ledger will mend it`),
  );
  const onTrouble = (what: string, error: unknown) => logger.warn({ err: error }, what);
  const observer = createCallObserver(
    callInstruments(metrics),
    logger,
    config.countsVaultKeys ? vaultKeyLabels() : undefined,
  );
  const tracing = config.tracing && startTracing({ serviceName: 'keybrake-gateway', ...config.tracing });
  const adapters = await open({
    observer: tracing === undefined ? observer : tracedObserver(observer),
    unfinished,
    onTrouble,
    onAppended: appendInstruments(metrics),
    traceparent: tracing === undefined ? () => undefined : activeTraceparent,
  });
  const ports = tracing === undefined ? adapters.ports : tracedPorts(adapters.ports, adapters.traced, tracing.tracer);
  const owner = `gateway-${randomUUID()}`;
  const proxyCall = createProxyCall(ports, proxySettings(config, owner));
  const listener = new CallListener({
    proxyCall: tracing === undefined ? proxyCall : tracedCall(proxyCall, tracing.tracer),
    agentView: createAgentView(adapters.agentView),
    providers: adapters.ports.providers,
    limits: LIMITS,
    onError: (error) => logger.error({ err: error }, 'a call failed in a way that should not happen'),
  });
  const readiness = new Readiness(adapters.checks);
  metrics.gauge('keybrake_gateway_calls_in_flight', 'Calls inside the gateway.', () => [{ value: listener.inFlight }]);
  metrics.gauge('keybrake_gateway_log_queued_events', 'Events that the log has not taken yet.', () => [
    { value: adapters.pendingLogEvents() },
  ]);
  const server = await startCallServer({
    module: OperationalModule.register({ readiness, metrics }),
    logger,
    address: config.gateway,
    onCall: listener.listen,
    isDraining: () => readiness.draining,
    server: SERVER,
  });
  logger.info({ url: server.url }, 'gateway listens');
  return {
    url: server.url,
    shutdownSteps: [
      { name: 'readiness off', run: async () => readiness.startDraining() },
      // The load balancer has to notice first; until then calls still come, and are served.
      { name: 'load balancer', run: () => wait(config.drainDelayMs) },
      // Calls past their launch are never cut: the server waits longer than the provider may take.
      { name: 'calls in flight', run: () => listener.drained() },
      { name: 'listener', run: () => server.close(CLOSE_WITHIN_MS) },
      { name: 'work after answers', run: () => unfinished.idle() },
      { name: 'event log and connections', run: () => adapters.close(FLUSH_WITHIN_MS) },
      { name: 'metrics', run: () => metrics.close() },
      { name: 'traces', run: async () => tracing?.close() },
    ],
  };
}

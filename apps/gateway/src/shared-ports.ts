import { hostname } from 'node:os';
import type {
  AdmissionStore,
  AdmissionUpkeep,
  CallObserver,
  ProxyCallPorts,
  UnfinishedWork,
} from '@keybrake/application';
import type { ProviderId } from '@keybrake/domain';
import type { GroupAppender } from '@keybrake/event-log';
import {
  createDigests,
  type Dependency,
  HttpUpstream,
  type Installation,
  systemRuntime,
  systemSecrets,
  type TracedParts,
} from '@keybrake/platform';
import type { PriceList, ProviderRegistry, UpstreamAddress } from '@keybrake/providers';
import {
  createPool,
  createPostgresGovernanceStore,
  type Pool,
  PostgresCallRecords,
  PostgresResponseArchive,
  PostgresVaultDirectory,
  postgresCipher,
} from '@keybrake/storage';
import type { AgentViewPorts } from './agent-view/agent-view.js';

/** What the gateway is given in every profile. */
export interface GatewayConfig extends Installation {
  readonly providers: ProviderRegistry;
  readonly origins: ReadonlyMap<ProviderId, UpstreamAddress>;
  readonly upstreamTimeoutMs: number;
  readonly prices: PriceList;
}

export interface GatewayEvents {
  readonly observer: CallObserver;
  readonly unfinished: UnfinishedWork;
  /** The log has taken so many events in one append. */
  readonly onAppended: (events: number, tookMs: number) => void;
  /** Of the call that appends to the log, where it is traced. */
  readonly traceparent: () => string | undefined;
  /** A connection broke, or a log batch has to be sent again. */
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** The gateway's ports, and how to put them away: the log flushed before what it writes to goes. */
export interface GatewayAdapters {
  readonly ports: ProxyCallPorts;
  readonly agentView: AgentViewPorts;
  /** Each check rejects while calls would fail for want of it. */
  readonly checks: Readonly<Record<string, Dependency>>;
  readonly traced: TracedParts;
  /** Events that the log has not taken yet. */
  readonly pendingLogEvents: () => number;
  close(flushWithinMs: number): Promise<void>;
}

const CONNECTIONS_PER_PROVIDER = 128;

export function openPool(config: GatewayConfig, events: GatewayEvents, name: string, connectionsMax: number): Pool {
  return createPool({
    url: config.databaseUrl,
    applicationName: `keybrake-gateway-${name}@${hostname()}`,
    connectionsMax,
    onIdleError: (error) => events.onTrouble(`idle ${name} connection`, error),
  });
}

/** Everything but admission and log: they are what profiles differ in. */
export function openSharedPorts(config: GatewayConfig, events: GatewayEvents, pool: Pool) {
  const { observer, unfinished } = events;
  const { credentials, responses } = postgresCipher(pool, config);
  const upstream = new HttpUpstream({
    origins: config.origins,
    timeoutMs: config.upstreamTimeoutMs,
    connectionsPerProvider: CONNECTIONS_PER_PROVIDER,
  });
  return {
    providers: config.providers,
    directory: new PostgresVaultDirectory(pool, credentials),
    upstream,
    seal: responses,
    archive: new PostgresResponseArchive(pool),
    digests: createDigests(config),
    prices: config.prices,
    runtime: systemRuntime,
    observer,
    unfinished,
  };
}

/** What a key may see of itself. Balances come from the store that enforces them. */
export function agentViewPorts(
  shared: ReturnType<typeof openSharedPorts>,
  pool: Pool,
  admission: AdmissionStore,
  balances: Pick<AdmissionUpkeep, 'capStates'>,
): AgentViewPorts {
  const { providers, directory, digests, runtime } = shared;
  return {
    providers,
    directory,
    digests,
    runtime,
    admission,
    balances,
    calls: new PostgresCallRecords(pool),
    store: createPostgresGovernanceStore(pool),
    secrets: systemSecrets,
  };
}

export async function flushLog(log: GroupAppender, withinMs: number, { onTrouble }: GatewayEvents): Promise<void> {
  if (await log.close(withinMs)) return;
  onTrouble('flush of the event log', new Error(`${log.pendingEvents} events were not appended in time`));
}

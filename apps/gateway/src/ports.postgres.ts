import { hostname } from 'node:os';
import type { CallObserver, ProxyCallPorts, UnfinishedWork } from '@keybrake/application';
import type { ProviderId } from '@keybrake/domain';
import { GroupAppender, jsonEventCodec, PostgresEventLog } from '@keybrake/event-log';
import { createDigests, systemRuntime } from '@keybrake/platform';
import type { PriceList } from '@keybrake/providers';
import {
  asUnavailable,
  createPool,
  PostgresAdmissionStore,
  PostgresResponseArchive,
  PostgresVaultDirectory,
  postgresCipher,
} from '@keybrake/storage';
import { HttpUpstream } from './http-upstream.js';

export interface PostgresGatewayConfig {
  readonly databaseUrl: string;
  readonly pepper: Uint8Array;
  readonly kek: Uint8Array;
  readonly origins: Readonly<Record<ProviderId, string>>;
  readonly upstreamTimeoutMs: number;
  readonly prices: PriceList;
}

export interface GatewayEvents {
  readonly observer: CallObserver;
  readonly unfinished: UnfinishedWork;
  /** A connection of a pool broke, or a log batch has to be sent again. */
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** The gateway's ports on Postgres, and how to put them away: the log flushed before its pool goes. */
export interface GatewayAdapters {
  readonly ports: ProxyCallPorts;
  /** Rejects when the database does not answer. */
  readonly check: () => Promise<void>;
  close(flushWithinMs: number): Promise<void>;
}

const POOL = { admission: 16, log: 2 };
const UPSTREAM = { connectTimeoutMs: 5_000, connectionsPerProvider: 128, responseBytesMax: 1_048_576 };

export async function openPostgresAdapters(
  config: PostgresGatewayConfig,
  events: GatewayEvents,
): Promise<GatewayAdapters> {
  const { observer, unfinished, onTrouble } = events;
  const pool = (name: string, connectionsMax: number) =>
    createPool({
      url: config.databaseUrl,
      applicationName: `keybrake-gateway-${name}@${hostname()}`,
      connectionsMax,
      onIdleError: (error) => onTrouble(`idle ${name} connection`, error),
    });
  // The log has connections of its own: it must not queue behind the calls that wait for it.
  const admissionPool = pool('admission', POOL.admission);
  const logPool = pool('log', POOL.log);
  const log = new GroupAppender(await PostgresEventLog.open(logPool, asUnavailable), jsonEventCodec, {
    onRetry: (error) => onTrouble('append to the event log', error),
  });
  const { credentials, responses } = postgresCipher(admissionPool, config.kek);
  const upstream = new HttpUpstream({ origins: config.origins, timeoutMs: config.upstreamTimeoutMs, ...UPSTREAM });
  const ports: ProxyCallPorts = {
    directory: new PostgresVaultDirectory(admissionPool, credentials),
    admission: new PostgresAdmissionStore(admissionPool),
    log,
    upstream,
    seal: responses,
    archive: new PostgresResponseArchive(admissionPool),
    digests: createDigests(config.pepper),
    prices: config.prices,
    runtime: systemRuntime,
    observer,
    unfinished,
  };
  return {
    ports,
    check: async () => void (await admissionPool.query('select 1')),
    close: async (flushWithinMs) => {
      const flushed = await log.close(flushWithinMs);
      if (!flushed)
        onTrouble('flush of the event log', new Error(`${log.pendingEvents} events were not appended in time`));
      await upstream.close();
      await Promise.all([admissionPool.end(), logPool.end()]);
    },
  };
}

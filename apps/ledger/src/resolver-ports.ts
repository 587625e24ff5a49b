import { randomUUID } from 'node:crypto';
import {
  type AdmissionStore,
  type AdmissionUpkeep,
  type DoubtPorts,
  type DoubtSettings,
  type EventAppender,
  type EventSource,
  KEPT_RESPONSE_BYTES_MAX,
  type LedgerStore,
  type TrueUpPorts,
  type TrueUpSettings,
} from '@keybrake/application';
import { type Config, createDigests, HttpUpstream, type Installation, systemRuntime } from '@keybrake/platform';
import { originsOf, type ProviderRegistry } from '@keybrake/providers';
import {
  type Pool,
  PostgresPriceStore,
  PostgresResolutionStore,
  PostgresVaultDirectory,
  postgresCipher,
} from '@keybrake/storage';

export type ResolverConfig = Pick<
  Config,
  'origins' | 'resolver' | 'heldMaxAgeMs' | 'upstreamTimeoutMs' | 'recordTimeoutMs'
>;

export type LedgerConfig = ResolverConfig & Pick<Config, 'alerts'> & { readonly providers: ProviderRegistry };

/** Of look-ups and resends; a resolver is never in a hurry. */
const CONNECTIONS_PER_PROVIDER = 4;

export type ResolverPorts = DoubtPorts & TrueUpPorts;
export type ResolverSettings = DoubtSettings & TrueUpSettings;

export interface OpenedResolver {
  readonly ports: ResolverPorts;
  close(): Promise<void>;
}

/** What is the same in every profile: the real keys, the sealed requests and the way to the providers. */
export function openResolver(
  config: LedgerConfig,
  installation: Installation,
  pool: Pool,
  parts: {
    readonly admission: AdmissionStore;
    readonly upkeep: AdmissionUpkeep;
    readonly log: EventAppender;
    readonly source: EventSource;
    readonly store: LedgerStore;
  },
): OpenedResolver {
  const { admission, upkeep, log, source, store } = parts;
  const { credentials, responses } = postgresCipher(pool, installation);
  const upstream = new HttpUpstream({
    origins: originsOf(config.providers, config.origins),
    timeoutMs: config.upstreamTimeoutMs,
    connectionsPerProvider: CONNECTIONS_PER_PROVIDER,
  });
  return {
    ports: {
      providers: config.providers,
      admission,
      upkeep,
      log,
      source,
      positions: store,
      resolutions: new PostgresResolutionStore(pool),
      prices: new PostgresPriceStore(pool),
      directory: new PostgresVaultDirectory(pool, credentials),
      upstream,
      seal: responses,
      digests: createDigests(installation),
      runtime: systemRuntime,
    },
    close: () => upstream.close(),
  };
}

export function resolverSettings(config: ResolverConfig): ResolverSettings {
  const { resolver, heldMaxAgeMs, upstreamTimeoutMs, recordTimeoutMs } = config;
  return {
    owner: `resolver-${randomUUID()}`,
    ...resolver,
    heldMaxAgeMs,
    upstreamTimeoutMs,
    recordTimeoutMs,
    keptResponseBytesMax: KEPT_RESPONSE_BYTES_MAX,
  };
}

import type { ProxyCallSettings } from '@keybrake/application';
import { PROVIDER_IDS, type ProviderId } from '@keybrake/domain';
import type { Config } from '@keybrake/platform';
import { providerById } from '@keybrake/providers';

/** Fixed limits of the call path; what an operator may change is in the configuration. */
export const LIMITS = { bodyBytesMax: 262_144, bodyTimeoutMs: 15_000 };
const KEPT_RESPONSE_BYTES_MAX = 262_144;

export function proxySettings(
  config: Pick<Config, 'upstreamTimeoutMs' | 'inFlightWaitMs' | 'recordTimeoutMs'>,
  owner: string,
): ProxyCallSettings {
  const { upstreamTimeoutMs, inFlightWaitMs, recordTimeoutMs } = config;
  return {
    owner,
    upstreamTimeoutMs,
    inFlightWaitMs,
    recordTimeoutMs,
    keptResponseBytesMax: KEPT_RESPONSE_BYTES_MAX,
  };
}

/** Where each provider is: the operator's origin, else the provider's own. */
export function originsOf(configured: Readonly<Record<ProviderId, string | undefined>>): Record<ProviderId, string> {
  const origins = PROVIDER_IDS.map((id) => [id, configured[id] ?? providerById(id).defaultOrigin] as const);
  return Object.fromEntries(origins) as Record<ProviderId, string>;
}

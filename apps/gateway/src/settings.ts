import type { ProxyCallSettings } from '@keybrake/application';
import { PROVIDER_IDS, type ProviderId } from '@keybrake/domain';
import { providerById } from '@keybrake/providers';

/** Fixed limits of the call path; what an operator may change is in the configuration. */
export const LIMITS = { bodyBytesMax: 262_144, bodyTimeoutMs: 15_000 };
const RECORD_TIMEOUT_MS = 2_000;
const KEPT_RESPONSE_BYTES_MAX = 262_144;

export function proxySettings(
  config: { upstreamTimeoutMs: number; inFlightWaitMs: number },
  owner: string,
): ProxyCallSettings {
  const { upstreamTimeoutMs, inFlightWaitMs } = config;
  return {
    owner,
    upstreamTimeoutMs,
    inFlightWaitMs,
    recordTimeoutMs: RECORD_TIMEOUT_MS,
    keptResponseBytesMax: KEPT_RESPONSE_BYTES_MAX,
  };
}

/** Where each provider is: the operator's origin, else the provider's own. */
export function originsOf(configured: Readonly<Record<ProviderId, string | undefined>>): Record<ProviderId, string> {
  const origins = PROVIDER_IDS.map((id) => [id, configured[id] ?? providerById(id).defaultOrigin] as const);
  return Object.fromEntries(origins) as Record<ProviderId, string>;
}

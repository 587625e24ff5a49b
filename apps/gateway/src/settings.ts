import { KEPT_RESPONSE_BYTES_MAX, type ProxyCallSettings } from '@keybrake/application';
import type { Config } from '@keybrake/platform';

/** Fixed limits of the call path; what an operator may change is in the configuration. */
export const LIMITS = { bodyBytesMax: 262_144, bodyTimeoutMs: 15_000 };

export function proxySettings(
  config: Pick<Config, 'upstreamTimeoutMs' | 'inFlightWaitMs' | 'recordTimeoutMs' | 'publicAdminUrl'>,
  owner: string,
): ProxyCallSettings {
  const { upstreamTimeoutMs, inFlightWaitMs, recordTimeoutMs, publicAdminUrl: adminUrl } = config;
  return {
    adminUrl,
    owner,
    upstreamTimeoutMs,
    inFlightWaitMs,
    recordTimeoutMs,
    keptResponseBytesMax: KEPT_RESPONSE_BYTES_MAX,
  };
}

import { PROVIDER_IDS, type ProviderId } from '@keybrake/domain';
import type { Provider } from './provider.js';
import { providerById } from './registry.js';

export interface UpstreamAddress {
  readonly origin: string;
  /** Undefined behind an address of the operator's own: one host then stands for all of the provider's. */
  readonly route: Provider['route'] | undefined;
}

/** Where each provider is: the operator's origin, else the provider's own. */
export function originsOf(
  configured: Readonly<Record<ProviderId, string | undefined>>,
): Record<ProviderId, UpstreamAddress> {
  const addresses = PROVIDER_IDS.map((id) => {
    const { defaultOrigin, route } = providerById(id);
    const origin = configured[id] ?? defaultOrigin;
    return [id, { origin, route: origin === defaultOrigin ? route : undefined }] as const;
  });
  return Object.fromEntries(addresses) as Record<ProviderId, UpstreamAddress>;
}

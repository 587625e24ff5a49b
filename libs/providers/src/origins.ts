import type { ProviderId } from '@keybrake/domain';
import type { Provider } from './provider.js';
import type { ProviderRegistry } from './registry.js';

export interface UpstreamAddress {
  readonly origin: string;
  /** Undefined behind an address of the operator's own: one host then stands for all of the provider's. */
  readonly route: Provider['route'] | undefined;
}

/** Where each provider is: the operator's origin, else the provider's own. */
export function originsOf(
  providers: ProviderRegistry,
  configured: ReadonlyMap<ProviderId, string>,
): ReadonlyMap<ProviderId, UpstreamAddress> {
  const addresses = providers.all.map(({ id, defaultOrigin, route }) => {
    const origin = configured.get(id) ?? defaultOrigin;
    return [id, { origin, route: origin === defaultOrigin ? route : undefined }] as const;
  });
  return new Map(addresses);
}

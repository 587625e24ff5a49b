import { PROVIDER_IDS, type ProviderId } from '@keybrake/domain';
import { providerById } from './registry.js';

/** Where each provider is: the operator's origin, else the provider's own. */
export function originsOf(configured: Readonly<Record<ProviderId, string | undefined>>): Record<ProviderId, string> {
  const origins = PROVIDER_IDS.map((id) => [id, configured[id] ?? providerById(id).defaultOrigin] as const);
  return Object.fromEntries(origins) as Record<ProviderId, string>;
}

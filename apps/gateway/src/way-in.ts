import type { ProviderId } from '@keybrake/domain';
import type { ProviderRegistry } from '@keybrake/providers';

export interface WayIn {
  readonly provider: ProviderId | undefined;
  /** The target without the prefix. */
  readonly target: string;
}

/**
 * The three ways in: prefix `/stripe/…`, host `stripe.…`, or the root path, where the vault key names the provider
 * (stripe-node can set no path prefix). All of them lead to the same path.
 */
export function wayIn(providers: ProviderRegistry, target: string, host: string | undefined): WayIn {
  const [, first = ''] = /^\/([a-z0-9-]+)(?=\/)/.exec(target) ?? [];
  const prefixed = providers.find(first);
  if (prefixed !== undefined) return { provider: prefixed.id, target: target.slice(first.length + 1) };
  const label = host?.includes('.') ? (host.split('.', 1)[0] ?? '') : '';
  return { provider: providers.find(label)?.id, target };
}

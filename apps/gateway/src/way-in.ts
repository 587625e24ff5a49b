import { isProviderId, type ProviderId } from '@keybrake/domain';

export interface WayIn {
  readonly provider: ProviderId | undefined;
  /** The target without the prefix. */
  readonly target: string;
}

/**
 * The three ways in: prefix `/stripe/…`, host `stripe.…`, or the root path, where the vault key names the provider
 * (stripe-node can set no path prefix). All of them lead to the same path.
 */
export function wayIn(target: string, host: string | undefined): WayIn {
  const [, first = ''] = /^\/([a-z]+)(?=\/)/.exec(target) ?? [];
  if (isProviderId(first)) return { provider: first, target: target.slice(first.length + 1) };
  const label = host?.split('.', 1)[0] ?? '';
  const named = host?.includes('.') && isProviderId(label) ? label : undefined;
  return { provider: named, target };
}

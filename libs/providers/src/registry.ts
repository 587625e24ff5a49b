import type { BuiltInProviderId, ProviderId } from '@keybrake/domain';
import { unconfiguredProvider } from './generic/unconfigured.js';
import type { Provider } from './provider.js';
import { resend } from './resend/resend.js';
import { stripe } from './stripe/stripe.js';
import { twilio } from './twilio/twilio.js';

const builtIn: Readonly<Record<BuiltInProviderId, Provider>> = { stripe, twilio, resend };

/** Those that Keybrake has code for; what a process governs is in its `ProviderRegistry`. */
export const providers: ReadonlyMap<BuiltInProviderId, Provider> = new Map(
  Object.entries(builtIn) as [BuiltInProviderId, Provider][],
);

export function providerById(id: BuiltInProviderId): Provider {
  return builtIn[id];
}

/** What a process governs: made once at its start, and handed in. */
export interface ProviderRegistry {
  readonly all: readonly Provider[];
  /** Undefined for an id that is not configured. */
  find(id: string): Provider | undefined;
  /** For ids of records: one that is configured no longer knows no operation, so that every call of it is refused. */
  get(id: ProviderId): Provider;
}

/** The built-in providers and these. Ids must differ (`idProblem`). */
export function providerRegistry(configured: readonly Provider[] = []): ProviderRegistry {
  const all = [...providers.values(), ...configured];
  const byId = new Map<string, Provider>(all.map((provider) => [provider.id, provider]));
  return { all, find: (id) => byId.get(id), get: (id) => byId.get(id) ?? unconfiguredProvider(id) };
}

// Of the gateway itself.
const OWN_SEGMENTS = ['livez', 'readyz', 'metrics'];

/**
 * Why an id can't name another provider beside these: `/<id>/…` leads to it, so no other path may begin with that
 * segment.
 */
export function idProblem(id: string, others: readonly Provider[]): string | undefined {
  if (others.some((other) => other.id === id)) return `there is another provider ${id}`;
  if (OWN_SEGMENTS.includes(id)) return `/${id} is a path of Keybrake itself`;
  const taken = others.find(({ operations }) => operations.some(({ template }) => template.split('/')[1] === id));
  return taken === undefined ? undefined : `paths of ${taken.id} begin with /${id}`;
}

/** In whose dialect to answer a caller at the root path that shows no valid key. Takes a raw path; Stripe by default. */
export function guessProvider(path: string): BuiltInProviderId {
  if (/^\/(?:2010-04-01|[a-z-]+\/v[0-9])\//.test(path)) return 'twilio';
  return /^\/emails(?:[/?]|$)/.test(path) ? 'resend' : 'stripe';
}

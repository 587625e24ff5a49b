import type { ProviderId } from '@keybrake/domain';
import type { Provider } from './provider.js';
import { resend } from './resend/resend.js';
import { stripe } from './stripe/stripe.js';
import { twilio } from './twilio/twilio.js';

const byId: Record<ProviderId, Provider> = { stripe, twilio, resend };

export const providers: ReadonlyMap<ProviderId, Provider> = new Map(
  Object.values(byId).map((provider) => [provider.id, provider]),
);

export function providerById(id: ProviderId): Provider {
  return byId[id];
}

/** In whose dialect to answer a caller at the root path that shows no valid key. Takes a raw path; Stripe by default. */
export function guessProvider(path: string): ProviderId {
  if (/^\/(?:2010-04-01|[a-z-]+\/v[0-9])\//.test(path)) return 'twilio';
  return /^\/emails(?:[/?]|$)/.test(path) ? 'resend' : 'stripe';
}

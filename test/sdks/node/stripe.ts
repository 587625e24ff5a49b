import Stripe from 'stripe';
import { LISTED, type NodeSdk, PAGE_SIZE } from './cases.ts';

// docs: stripe
/** By host, port and protocol: stripe-node has no path prefix, so at the gateway's root. */
function stripeClient(gatewayUrl: string, vaultKey: string): Stripe {
  const { hostname: host, port, protocol } = new URL(gatewayUrl);
  return new Stripe(vaultKey, { host, port, protocol: protocol === 'https:' ? 'https' : 'http' });
}

function charge(stripe: Stripe, description: string, idempotencyKey?: string) {
  return stripe.charges.create(
    { amount: 1_000, currency: 'usd', source: 'tok_visa', description },
    idempotencyKey === undefined ? {} : { idempotencyKey },
  );
}
// docs end

export const stripeNode: NodeSdk = {
  async create(gatewayUrl, vaultKey, marker, idempotencyKey) {
    try {
      const { id, lastResponse } = await charge(stripeClient(gatewayUrl, vaultKey), marker, idempotencyKey);
      return { id, replayed: lastResponse.headers['idempotent-replayed'] === 'true' };
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeError)) throw error;
      const status = error.statusCode === undefined ? {} : { status: error.statusCode };
      return { error: { class: error.constructor.name, ...status, message: error.message } };
    }
  },
  async newest(gatewayUrl, vaultKey) {
    const charges = await stripeClient(gatewayUrl, vaultKey)
      .charges.list({ limit: PAGE_SIZE })
      .autoPagingToArray({ limit: LISTED });
    return charges.map(({ id }) => id);
  },
};

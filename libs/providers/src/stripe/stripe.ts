import type { Provider } from '../provider.js';
import { asObject, meaningOf } from '../upstream-meaning.js';
import { stripeOperations } from './catalogue.js';
import { renderStripeRefusal } from './dialect.js';
import { stripeEvidence } from './evidence.js';
import { madePayment, stripeFinalPrice } from './final-amount.js';

const DAY_MS = 86_400_000;

/** Stripe API v1. Idempotency: docs.stripe.com/api/idempotent_requests. */
export const stripe: Provider = {
  id: 'stripe',
  defaultOrigin: 'https://api.stripe.com',
  operations: stripeOperations,
  idempotencyHeader: 'idempotency-key',
  resendable: true,
  idempotencyWindowMs: DAY_MS,
  idempotencyKeyMaxLength: 255,
  requestHeaders: ['accept', 'stripe-version'],
  // docs.stripe.com/connect/authentication and docs.stripe.com/context.
  accountHeaders: ['stripe-account', 'stripe-context'],
  responseHeaders: ['content-type', 'request-id', 'stripe-version', 'stripe-should-retry', 'retry-after'],
  requestIdHeader: 'request-id',
  authorize: (request, { secret }) => ({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${secret}` },
  }),
  interpret: (operation, status, body, reserved) => meaningOf(operation, status, body, reserved, isKeyConflict),
  evidence: stripeEvidence,
  finalPrice: stripeFinalPrice,
  made: madePayment,
  renderRefusal: renderStripeRefusal,
};

function isKeyConflict(answer: Readonly<Record<string, unknown>>): boolean {
  const error = asObject(answer.error);
  return error?.code === 'idempotency_key_in_use' || error?.type === 'idempotency_error';
}

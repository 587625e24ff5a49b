import { describeRefusal, type Refusal } from '@keybrake/domain';
import type { RenderedRefusal } from '../provider.js';
import { docsPath, refusalDetails, refusalHeaders, refusalStatus, shownCode } from '../refusal-parts.js';

/**
 * Stripe's error object: docs.stripe.com/api/errors. `Stripe-Should-Retry` is what Stripe's SDKs obey before their own
 * rules: true only where a repeat with the same idempotency key gets the answer.
 */
export function renderStripeRefusal(refusal: Refusal): RenderedRefusal {
  const error = {
    type: errorType(refusal),
    code: errorCode(refusal),
    message: describeRefusal(refusal),
    doc_url: docsPath(refusal.code),
    ...(refusal.code === 'invalid_request' && refusal.param !== undefined ? { param: refusal.param } : {}),
    ...refusalDetails(refusal),
  };
  return {
    status: refusalStatus(refusal.code, 400),
    headers: { ...refusalHeaders(refusal), 'stripe-should-retry': String(retryHelps(refusal)) },
    body: JSON.stringify({ error }),
  };
}

function errorType(refusal: Refusal): string {
  switch (refusal.code) {
    case 'idempotency_mismatch':
    case 'in_flight':
      return 'idempotency_error';
    case 'outcome_unknown':
    case 'unavailable':
      return 'api_error';
    default:
      return 'invalid_request_error';
  }
}

function errorCode(refusal: Refusal): string {
  return refusal.code === 'in_flight' ? 'idempotency_key_in_use' : shownCode(refusal.code);
}

function retryHelps(refusal: Refusal): boolean {
  switch (refusal.code) {
    case 'in_flight':
    case 'unavailable':
      return true;
    case 'outcome_unknown':
      return refusal.retryResolves;
    default:
      return false;
  }
}

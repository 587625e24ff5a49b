import type { Money } from '@keybrake/domain';
import { type FinalPriceRules, LOOK_UP_HEADERS } from '../evidence.js';
import { type Answer, moneyOf } from '../look-up.js';
import type { MadeObject, Operation } from '../provider.js';
import { asObject, parseObject } from '../upstream-meaning.js';

/**
 * A charge or payment intent, which a later capture names. Provisional while it is authorised, underway or waits for the
 * payer, for the call that authorised it: docs.stripe.com/payments/paymentintents/lifecycle.
 */
export function madePayment(operation: Operation, body: Uint8Array): MadeObject | undefined {
  const payment = parseObject(body);
  if (payment === undefined || typeof payment.id !== 'string') return undefined;
  if (payment.object !== 'charge' && payment.object !== 'payment_intent') return undefined;
  const isProvisional = operation.actual !== undefined && movedBy(payment) === undefined;
  return { objectId: payment.id, isProvisional };
}

/** What it has come to; undefined while that is open. */
function movedBy(payment: Answer): unknown {
  if (payment.object === 'charge') {
    if (payment.status === 'failed') return 0;
    const isOver = payment.captured === true || payment.refunded === true;
    return payment.status === 'succeeded' && isOver ? payment.amount_captured : undefined;
  }
  switch (payment.status) {
    case 'succeeded':
    case 'canceled':
      return payment.amount_received;
    // The payer failed; another try is another confirmation, which is a call of its own.
    case 'requires_payment_method':
      return 0;
    default:
      return undefined;
  }
}

export const stripeFinalPrice: FinalPriceRules = {
  lookUp: (id) => {
    const resource = id.startsWith('pi_') ? 'payment_intents' : 'charges';
    const path = `/v1/${resource}/${id}`;
    const request = { method: 'GET', path, query: '', headers: LOOK_UP_HEADERS, body: undefined };
    return { resource, template: `/v1/${resource}/{id}`, request };
  },
  // Never more than was reserved: an increment of the authorisation counted itself.
  micros: (answer, reserved: Money) => {
    const payment = asObject(answer);
    const moved = payment === undefined ? undefined : moneyOf(payment, movedBy(payment));
    if (moved === undefined || moved.currency !== reserved.currency) return undefined;
    return moved.micros < reserved.micros ? moved.micros : reserved.micros;
  },
};

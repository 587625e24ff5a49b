import { moneyFromMinor, parseCurrency } from '@keybrake/domain';
import type { ActualRule } from '../provider.js';
import { asObject } from '../upstream-meaning.js';

type Answer = Readonly<Record<string, unknown>>;

/**
 * Reads an amount of the answer in the answer's own currency. In another currency than the reserved one it says
 * nothing about the caps, so the reserved amount stands.
 */
function actual(amountOf: (answer: Answer) => unknown): ActualRule {
  return (body, currency) => {
    const answer = asObject(body);
    if (answer === undefined || typeof answer.currency !== 'string') return undefined;
    if (parseCurrency(answer.currency) !== currency) return undefined;
    const amountMinor = amountOf(answer);
    if (typeof amountMinor !== 'number' || !Number.isSafeInteger(amountMinor) || amountMinor < 0) return undefined;
    return moneyFromMinor(BigInt(amountMinor), currency).micros;
  };
}

/** An authorisation counts in full: whoever captures it needs no more leave from the payer. */
export const chargeActual = actual((charge) => {
  if (charge.status === 'failed') return 0;
  return charge.captured === true ? (charge.amount_captured ?? charge.amount) : charge.amount;
});

/**
 * By status: what was received, or what is authorised, underway, or waits for the payer to complete it. The other
 * states need a confirmation first, which is a governed call of its own.
 */
export const paymentIntentActual = actual((intent) => {
  switch (intent.status) {
    case 'succeeded':
      return intent.amount_received;
    case 'processing':
    case 'requires_capture':
    case 'requires_action':
      return intent.amount;
    case 'requires_payment_method':
    case 'requires_confirmation':
    case 'canceled':
      return 0;
    default:
      return undefined;
  }
});

/** Refunds, transfers, payouts, top-ups: the whole of the object, unless it has come to nothing. */
export const transferActual = actual((object) =>
  ['failed', 'canceled', 'returned'].includes(String(object.status)) ? 0 : object.amount,
);

import { type Form, integer, text, textMap } from './form.js';
import { declined, missingParam, StripeFailure, type StripeObject, type StripeObjects } from './objects.js';

const SMALLEST_USD = 50;

function amountAndCurrency(form: Form): { amount: number; currency: string } {
  const amount = integer(form, 'amount');
  const currency = text(form, 'currency')?.toLowerCase();
  if (amount === undefined) throw missingParam('amount');
  if (currency === undefined) throw missingParam('currency');
  if (currency === 'usd' && amount < SMALLEST_USD) {
    throw new StripeFailure(400, {
      code: 'amount_too_small',
      param: 'amount',
      message: 'Amount must be at least $0.50 usd',
    });
  }
  return { amount, currency };
}

export function createCharge(objects: StripeObjects, form: Form): StripeObject {
  const { amount, currency } = amountAndCurrency(form);
  const source = text(form, 'source');
  if (source === undefined && text(form, 'customer') === undefined) throw missingParam('source');
  if (source === 'tok_chargeDeclined') throw declined();
  const captured = text(form, 'capture') !== 'false';
  return objects.make('charge', 'ch', {
    amount,
    amount_captured: captured ? amount : 0,
    amount_refunded: 0,
    captured,
    currency,
    customer: text(form, 'customer') ?? null,
    description: text(form, 'description') ?? null,
    metadata: textMap(form, 'metadata'),
    paid: true,
    refunded: false,
    status: 'succeeded',
  });
}

export function captureCharge(objects: StripeObjects, id: string, form: Form): StripeObject {
  const charge = objects.find('charge', id);
  if (charge.captured === true) {
    throw new StripeFailure(400, {
      code: 'charge_already_captured',
      message: `Charge ${id} has already been captured.`,
    });
  }
  charge.captured = true;
  charge.amount_captured = integer(form, 'amount') ?? charge.amount;
  return charge;
}

export function createIntent(objects: StripeObjects, form: Form): StripeObject {
  const { amount, currency } = amountAndCurrency(form);
  const intent = objects.make('payment_intent', 'pi', {
    amount,
    amount_capturable: 0,
    amount_received: 0,
    capture_method: text(form, 'capture_method') ?? 'automatic',
    currency,
    description: text(form, 'description') ?? null,
    metadata: textMap(form, 'metadata'),
    payment_method: text(form, 'payment_method') ?? null,
    status: text(form, 'payment_method') === undefined ? 'requires_payment_method' : 'requires_confirmation',
  });
  return text(form, 'confirm') === 'true' ? confirmIntent(objects, intent.id, form) : intent;
}

export function confirmIntent(objects: StripeObjects, id: string, form: Form): StripeObject {
  const intent = objects.find('payment_intent', id);
  const method = text(form, 'payment_method') ?? (intent.payment_method as string | null);
  if (method === null) throw missingParam('payment_method');
  if (method === 'pm_card_chargeDeclined') throw declined();
  intent.payment_method = method;
  if (method === 'pm_card_authenticationRequired') intent.status = 'requires_action';
  else if (intent.capture_method === 'manual') {
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
  } else succeed(objects, intent, intent.amount as number);
  return intent;
}

export function captureIntent(objects: StripeObjects, id: string, form: Form): StripeObject {
  const intent = objects.find('payment_intent', id);
  if (intent.status !== 'requires_capture') {
    throw new StripeFailure(400, {
      code: 'payment_intent_unexpected_state',
      message: `This PaymentIntent's status is ${String(intent.status)}.`,
    });
  }
  succeed(objects, intent, integer(form, 'amount_to_capture') ?? (intent.amount as number));
  return intent;
}

function succeed(objects: StripeObjects, intent: StripeObject, received: number): void {
  const charge = objects.make('charge', 'ch', {
    amount: received,
    amount_captured: received,
    amount_refunded: 0,
    captured: true,
    currency: intent.currency,
    paid: true,
    payment_intent: intent.id,
    refunded: false,
    status: 'succeeded',
  });
  Object.assign(intent, {
    status: 'succeeded',
    amount_received: received,
    amount_capturable: 0,
    latest_charge: charge.id,
  });
}

export function createRefund(objects: StripeObjects, form: Form): StripeObject {
  const intentId = text(form, 'payment_intent');
  const chargeId =
    text(form, 'charge') ??
    (intentId === undefined ? undefined : objects.find('payment_intent', intentId).latest_charge);
  if (chargeId === undefined) throw missingParam('charge');
  const charge = objects.find('charge', chargeId as string);
  const left = (charge.amount_captured as number) - (charge.amount_refunded as number);
  const amount = integer(form, 'amount') ?? left;
  if (amount > left || left === 0) {
    throw new StripeFailure(400, {
      code: 'charge_already_refunded',
      param: 'amount',
      message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
    });
  }
  charge.amount_refunded = (charge.amount_refunded as number) + amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  const { currency } = charge;
  return objects.make('refund', 're', {
    amount,
    charge: charge.id,
    currency,
    payment_intent: intentId ?? null,
    status: 'succeeded',
  });
}

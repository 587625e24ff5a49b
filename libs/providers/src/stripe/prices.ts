import type { MoneyDirection } from '@keybrake/domain';
import { priced, readAmount, readCurrency, readMoney, unpriced } from '../amount.js';
import { flagField, soleField, textField } from '../body/fields.js';
import { type Fields, fieldsOf } from '../body/parsed-body.js';
import { isProblem, problem } from '../problem.js';
import type { PriceRule } from '../provider.js';

/** `POST /v1/charges`: exact, also with `capture=false`, since the capture may be made by somebody else. */
export const chargePrice: PriceRule = (body) => {
  const money = readMoney(fieldsOf(body));
  return isProblem(money) ? money : priced(money, 'in');
};

/** `POST /v1/payment_intents`: moves money only with `confirm=true`; the amount must be in order either way. */
export const paymentIntentPrice: PriceRule = (body) => {
  const fields = fieldsOf(body);
  const money = readMoney(fields);
  if (isProblem(money)) return money;
  const confirm = flagField(fields, 'confirm');
  if (isProblem(confirm)) return confirm;
  return confirm ? priced(money, 'in') : { kind: 'free' };
};

/** An update moves nothing before the confirmation, which is a call of its own; its amount is checked all the same. */
export const paymentIntentUpdatePrice: PriceRule = (body) => {
  const fields = fieldsOf(body);
  for (const read of [readAmount(fields, 'amount'), readCurrency(fields, 'currency')]) {
    if (isProblem(read)) return read;
  }
  return { kind: 'free' };
};

/** The amount may be stated in the request; else it is the object's, which the request does not show. */
function statedAmount(name: string, direction: MoneyDirection, reason: string, zeroAllowed: boolean): PriceRule {
  return (body) => {
    const amountMinor = readAmount(fieldsOf(body), name, { zeroAllowed });
    if (isProblem(amountMinor)) return amountMinor;
    if (amountMinor === undefined) return unpriced(reason, direction);
    return { kind: 'priced_in_cap_currency', amountMinor, direction };
  };
}

export const paymentIntentConfirmPrice = statedAmount(
  'amount_to_confirm',
  'in',
  'a confirmation moves the amount of its payment intent, which is not in the request. Create the payment intent with confirm=true instead.',
  false,
);

export const paymentIntentCapturePrice = statedAmount(
  'amount_to_capture',
  'in',
  'without amount_to_capture, a capture moves what is left of its payment intent, which is not in the request. Send amount_to_capture.',
  true,
);

export const chargeCapturePrice = statedAmount(
  'amount',
  'in',
  'without amount, a capture moves the whole charge, which is not in the request. Send amount.',
  true,
);

const refundOfCharge = statedAmount(
  'amount',
  'out',
  'without amount, a refund moves what is left of its charge, which is not in the request. Send amount.',
  false,
);

/** `POST /v1/refunds`: in the currency of the charge, and only a refund of a customer's balance names its own. */
export const refundPrice: PriceRule = (body, prices) => {
  const fields = fieldsOf(body);
  const origin = textField(fields, 'origin');
  if (isProblem(origin)) return origin;
  if (origin === 'customer_balance') {
    const money = readMoney(fields);
    return isProblem(money) ? money : priced(money, 'out');
  }
  const currency = soleField(fields, 'currency');
  if (isProblem(currency)) return currency;
  if (currency !== undefined) return problem('currency is only for refunds with origin=customer_balance.', 'currency');
  return refundOfCharge(body, prices);
};

// `balance` gives credit; `plan` and its kin start a paid subscription under API versions that a caller may ask for.
const CREDIT_FIELDS = ['balance', 'account_balance'];
const SUBSCRIPTION_FIELDS = ['plan', 'quantity', 'trial_end'];

/** `POST /v1/customers…`: free unless a field of it is worth money, of an amount that can't be told. */
export const customerPrice: PriceRule = (body) => {
  const fields = fieldsOf(body);
  const credit = presentField(fields, CREDIT_FIELDS);
  if (credit !== undefined) return unpriced(`${credit} changes what the customer owes. Leave it out.`, 'out');
  const subscription = presentField(fields, SUBSCRIPTION_FIELDS);
  if (subscription !== undefined) return unpriced(`${subscription} may start a subscription. Leave it out.`, 'in');
  return { kind: 'free' };
};

function presentField(fields: Fields, names: readonly string[]): string | undefined {
  return names.find((name) => soleField(fields, name) !== undefined);
}

import { moneyFromMinor } from '@keybrake/domain';
import { priced, readAmount, readCurrency, readMoney, unpriced } from '../../amount.js';
import { soleField, textField } from '../../body/fields.js';
import { type Fields, fieldsOf } from '../../body/parsed-body.js';
import { isId } from '../../id.js';
import { type Answer, lookUp, moneyOf, rest } from '../../look-up.js';
import { isProblem, problem } from '../../problem.js';
import type { PriceReading, PriceRule } from '../../provider.js';
import { asObject } from '../../upstream-meaning.js';
import { statedOrRest } from './shapes.js';

/** docs.stripe.com/api/refunds/create: what is left of the charge, unless `amount` says less. */
export const refundPrice: PriceRule = ({ body }) => {
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
  return refundOf(fields);
};

/** docs.stripe.com/api/terminal/readers/refund_payment: the same fields. */
export const readerRefundPrice: PriceRule = ({ body }) => refundOf(fieldsOf(body));

function refundOf(fields: Fields): PriceReading {
  const amount = readAmount(fields, 'amount');
  if (isProblem(amount)) return amount;
  const charge = textField(fields, 'charge');
  if (isProblem(charge)) return charge;
  const intent = textField(fields, 'payment_intent');
  if (isProblem(intent)) return intent;
  if (charge !== undefined && intent !== undefined) {
    return problem(
      'Give one of charge and payment_intent, not both: they may be of different amounts.',
      'payment_intent',
    );
  }
  const moved = (object: Answer, of: Answer | undefined) =>
    moneyOf(object, amount === undefined ? rest(of?.amount_captured, of?.amount_refunded) : Number(amount));
  if (charge !== undefined && isId(charge))
    return lookUp('out', `/v1/charges/${charge}`, (object) => moved(object, object));
  if (intent !== undefined && isId(intent)) {
    const path = `/v1/payment_intents/${intent}`;
    const latest = (object: Answer) => asObject(object.latest_charge);
    return lookUp('out', path, (object) => moved(object, latest(object)), 'expand%5B%5D=latest_charge');
  }
  return problem('One of charge and payment_intent is required.', 'charge');
}

/** docs.stripe.com/api/transfer_reversals/create: the money comes back. */
export const transferReversalPrice = statedOrRest(
  'in',
  'amount',
  (id) => `/v1/transfers/${id}`,
  ({ amount, amount_reversed }) => rest(amount, amount_reversed),
  false,
);

/** docs.stripe.com/api/fee_refunds/create. */
export const feeRefundPrice = statedOrRest(
  'out',
  'amount',
  (id) => `/v1/application_fees/${id}`,
  ({ amount, amount_refunded }) => rest(amount, amount_refunded),
  false,
);

/** docs.stripe.com/api/credit_notes/create: what goes back to the customer, by refund or as credit. */
export const creditNotePrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const invoice = textField(fields, 'invoice');
  if (isProblem(invoice)) return invoice;
  let stated: bigint | undefined;
  for (const name of ['refund_amount', 'credit_amount']) {
    const amount = readAmount(fields, name, { zeroAllowed: true });
    if (isProblem(amount)) return amount;
    if (amount !== undefined) stated = (stated ?? 0n) + amount;
  }
  const whole = readAmount(fields, 'amount', { zeroAllowed: true });
  if (isProblem(whole)) return whole;
  const given = stated ?? whole;
  if (given === undefined || invoice === undefined || !isId(invoice)) {
    return unpriced(
      'without amount, refund_amount or credit_amount, a credit note is worth what its lines are.',
      'out',
    );
  }
  return lookUp('out', `/v1/invoices/${invoice}`, (object) => moneyOf(object, Number(given)));
};

/** docs.stripe.com/api/customer_balance_transactions/create: a negative amount is the customer's gain. */
export const customerBalancePrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const amount = readAmount(fields, 'amount', { signed: true });
  if (isProblem(amount)) return amount;
  const currency = readCurrency(fields, 'currency');
  if (isProblem(currency)) return currency;
  if (amount === undefined || currency === undefined) return problem('amount and currency are required.', 'amount');
  return amount < 0n
    ? priced(moneyFromMinor(-amount, currency), 'out')
    : priced(moneyFromMinor(amount, currency), 'in');
};

/** docs.stripe.com/api/billing/credit-grant/create: `amount[monetary]` is what the customer need not pay. */
export const creditGrantPrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const known = ['amount[type]', 'amount[monetary][value]', 'amount[monetary][currency]'];
  for (const name of fields.keys()) {
    if (name.toLowerCase().startsWith('amount') && !known.includes(name)) {
      return problem(`${name} is not understood beside ${known.join(', ')}.`, name);
    }
  }
  const monetary = new Map(
    [...fields].map(([name, value]) => [name.replace(/^amount\[monetary\]\[(\w+)\]$/, '$1'), value]),
  );
  const amount = readAmount(monetary, 'value');
  if (isProblem(amount)) return amount;
  const currency = readCurrency(monetary, 'currency');
  if (isProblem(currency)) return currency;
  if (amount === undefined || currency === undefined)
    return unpriced('the credit grant states no monetary amount.', 'out');
  return priced(moneyFromMinor(amount, currency), 'out');
};

// `balance` gives credit; `plan` and its kin start a paid subscription under API versions that a caller may ask for.
const CREDIT_FIELDS = ['balance', 'account_balance'];
const SUBSCRIPTION_FIELDS = ['plan', 'quantity', 'trial_end'];

/** `POST /v1/customers…`: free unless a field of it is worth money, of an amount that can't be told. */
export const customerPrice: PriceRule = ({ body }) => {
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

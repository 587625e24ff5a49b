import { priced, readAmount, readCurrency, readMoney, unpriced } from '../../amount.js';
import { flagField, textField } from '../../body/fields.js';
import { fieldsOf } from '../../body/parsed-body.js';
import { isId } from '../../id.js';
import { lookUp, lookUpBeyondCounted, moneyOf, rest } from '../../look-up.js';
import { isProblem, problem } from '../../problem.js';
import type { PriceRule } from '../../provider.js';
import { exact, statedOrRest } from './shapes.js';

/** `POST /v1/charges`: exact, also with `capture=false`, since the capture may be made by somebody else. */
export const chargePrice = exact('in');

/** `POST /v1/payment_intents`: moves money only with `confirm=true`; the amount must be in order either way. */
export const paymentIntentPrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const money = readMoney(fields);
  if (isProblem(money)) return money;
  const confirm = flagField(fields, 'confirm');
  if (isProblem(confirm)) return confirm;
  return confirm ? priced(money, 'in') : { kind: 'free' };
};

/**
 * An update moves nothing by itself. But a confirmation, by whoever, moves the amount that it finds: one that was raised
 * after it was looked at would pass the cap, so amounts stay as they were created.
 */
export const paymentIntentUpdatePrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const amounts = [readAmount(fields, 'amount'), readCurrency(fields, 'currency')];
  const wrong = amounts.find(isProblem);
  if (wrong !== undefined) return wrong;
  if (amounts.every((one) => one === undefined)) return { kind: 'free' };
  return unpriced(
    'a new amount may meet a confirmation that was reserved for the old one. Create a new payment intent.',
    'in',
  );
};

const chargePath = (id: string) => `/v1/charges/${id}`;
const intentPath = (id: string) => `/v1/payment_intents/${id}`;

/**
 * A capture takes what was authorised, and an authorisation that a call of ours made was counted then: only what goes
 * beyond it is reserved.
 */
function captureOf(stated: string, pathOf: (id: string) => string, names: { whole: string; moved: string }): PriceRule {
  return ({ body, ids }) => {
    const { id = '' } = ids;
    const amount = readAmount(fieldsOf(body), stated, { zeroAllowed: true });
    if (isProblem(amount)) return amount;
    return lookUpBeyondCounted('in', pathOf(id), id, (object) => ({
      moves: moneyOf(object, amount === undefined ? object[names.whole] : Number(amount)),
      movedBefore: moneyOf(object, object[names.moved]),
    }));
  };
}

/** docs.stripe.com/api/charges/capture: all of it, unless `amount` says less. */
export const chargeCapturePrice = captureOf('amount', chargePath, { whole: 'amount', moved: 'amount_captured' });

/** docs.stripe.com/api/payment_intents/capture: `amount_to_capture` defaults to `amount_capturable`. */
export const paymentIntentCapturePrice = captureOf('amount_to_capture', intentPath, {
  whole: 'amount_capturable',
  moved: 'amount_received',
});

/** docs.stripe.com/api/payment_intents/apply_customer_balance: `amount` defaults to that of the payment intent. */
export const applyCustomerBalancePrice = statedOrRest('in', 'amount', intentPath, ({ amount }) => amount, false);

/** docs.stripe.com/api/payment_intents/confirm: `amount_to_confirm` defaults to `amount`. */
export const paymentIntentConfirmPrice = statedOrRest(
  'in',
  'amount_to_confirm',
  intentPath,
  ({ amount }) => amount,
  false,
);

/** docs.stripe.com/api/payment_intents/increment_authorization: `amount` is the new total. */
export const incrementAuthorizationPrice: PriceRule = ({ body, ids }) => {
  const total = readAmount(fieldsOf(body), 'amount');
  if (isProblem(total)) return total;
  return lookUp('in', intentPath(ids.id ?? ''), (intent) => {
    const more = total === undefined ? undefined : rest(Number(total), intent.amount);
    return moneyOf(intent, more === undefined ? undefined : Math.max(0, more));
  });
};

/** docs.stripe.com/api/payment_intents/verify_microdeposits: starts the payment whose mandate it verifies. */
export const verifyMicrodepositsPrice: PriceRule = ({ ids }) =>
  lookUp('in', intentPath(ids.id ?? ''), (intent) => moneyOf(intent, intent.amount));

/** docs.stripe.com/api/terminal/readers/process_payment_intent and /confirm_payment_intent. */
export const readerPaymentPrice: PriceRule = ({ body }) => {
  const id = textField(fieldsOf(body), 'payment_intent');
  if (isProblem(id)) return id;
  if (id === undefined || !isId(id)) return problem('payment_intent is required.', 'payment_intent');
  return lookUp('in', intentPath(id), (intent) => moneyOf(intent, intent.amount));
};

import { priced, readAmount, readAmountObject, readMoney, unpriced } from '../../amount.js';
import { soleField, textField } from '../../body/fields.js';
import { fieldsOf } from '../../body/parsed-body.js';
import { isId } from '../../id.js';
import { type Answer, lookUp, moneyOf } from '../../look-up.js';
import { isProblem, problem } from '../../problem.js';
import type { LookUp, PriceRule } from '../../provider.js';

/** docs.stripe.com/api/transfers/create: `amount` may be left out beside `source_transaction`. */
export const transferPrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  if (soleField(fields, 'amount') === undefined && soleField(fields, 'source_transaction') !== undefined) {
    return unpriced('without amount, a transfer moves the whole of its source_transaction. Send amount.', 'out');
  }
  const money = readMoney(fields);
  return isProblem(money) ? money : priced(money, 'out');
};

/** docs.stripe.com/api/climate/order/create: by money, or by weight at a price that moves. */
export const climateOrderPrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  if (soleField(fields, 'metric_tons') !== undefined) {
    return unpriced('metric_tons are ordered at a price that is not in the request. Send amount and currency.', 'out');
  }
  const money = readMoney(fields);
  return isProblem(money) ? money : priced(money, 'out');
};

/** Treasury reversals name the money that they send back: docs.stripe.com/api/treasury/credit_reversals. */
export function reversalOf(direction: LookUp['direction'], field: 'received_credit' | 'received_debit'): PriceRule {
  return ({ body }) => {
    const id = textField(fieldsOf(body), field);
    if (isProblem(id)) return id;
    if (id === undefined || !isId(id)) return problem(`${field} is required.`, field);
    return lookUp(direction, `/v1/treasury/${field}s/${id}`, (object) => moneyOf(object, object.amount));
  };
}

/** API v2: `amount` with its currency in the body. */
export function exactObject(direction: LookUp['direction']): PriceRule {
  return ({ body }) => {
    const money = readAmountObject(fieldsOf(body), 'amount');
    if (isProblem(money)) return money;
    return money === undefined ? problem('amount is required.', 'amount') : priced(money, direction);
  };
}

const payoutIntentAmount = (intent: Answer) => {
  const amount = intent.amount as { value?: unknown; currency?: unknown } | null | undefined;
  return moneyOf({ currency: amount?.currency }, amount?.value);
};

/** docs.stripe.com/api/v2/money-management/payout-intents: an update or a confirmation may send it. */
export const payoutIntentPrice: PriceRule = ({ body, ids }) => {
  const money = readAmountObject(fieldsOf(body), 'amount');
  if (isProblem(money)) return money;
  if (money !== undefined) return priced(money, 'out');
  return lookUp('out', `/v2/money_management/payout_intents/${ids.id ?? ''}`, payoutIntentAmount);
};

/** docs.stripe.com/api/issuing/authorizations/approve: `amount` for a partial approval, else all that is asked for. */
export const authorizationApprovalPrice: PriceRule = ({ body, ids }) => {
  const amount = readAmount(fieldsOf(body), 'amount');
  if (isProblem(amount)) return amount;
  return lookUp('out', `/v1/issuing/authorizations/${ids.id ?? ''}`, (authorization) => {
    const request = authorization.pending_request as Answer | null | undefined;
    return moneyOf(request ?? {}, amount === undefined ? request?.amount : Number(amount));
  });
};

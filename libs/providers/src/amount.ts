import {
  type Currency,
  type Money,
  type MoneyDirection,
  moneyFromMinor,
  type Pricing,
  parseCurrency,
} from '@keybrake/domain';
import { soleField, textField } from './body/fields.js';
import type { BodyProblem, Fields } from './body/parsed-body.js';
import { isProblem, problem } from './problem.js';

// Exact decimal text: no sign, space, exponent, fraction, hex or leading zero, which readers take differently.
const AMOUNT = /^[1-9][0-9]{0,11}$/;
const CURRENCY = /^[A-Za-z]{3}$/;

export interface AmountRule {
  /** Where the provider takes 0, as for the capture of nothing more. */
  readonly zeroAllowed?: boolean;
  /** Where a minus sign says that the customer gets it. */
  readonly signed?: boolean;
  /** How the amount comes in JSON; text is also what every form has. */
  readonly as?: 'text' | 'number';
}

/** An amount in minor units; undefined when the field is absent. */
export function readAmount(fields: Fields, name: string, rule: AmountRule = {}): bigint | undefined | BodyProblem {
  const field = soleField(fields, name);
  if (field === undefined || 'invalid' in field) return field;
  const source = rule.as === 'number' ? field.kind === 'number' && field.source : field.kind === 'text' && field.text;
  const digits = source !== false && rule.signed === true ? source.replace(/^-/, '') : source;
  if (source === false || digits === false || !(AMOUNT.test(digits) || (source === '0' && rule.zeroAllowed === true))) {
    const lowest = rule.zeroAllowed === true ? 0 : 1;
    return problem(`${name} must be an integer of minor units from ${lowest} to 999999999999, in plain digits.`, name);
  }
  return BigInt(source);
}

/** A currency that the tables know; undefined when the field is absent. */
export function readCurrency(fields: Fields, name: string): Currency | undefined | BodyProblem {
  const text = textField(fields, name);
  if (text === undefined || isProblem(text)) return text;
  const currency = CURRENCY.test(text) ? parseCurrency(text) : undefined;
  return currency ?? problem(`${name} is not a currency code that Keybrake knows.`, name);
}

/** `amount` and `currency` of a body that must have both. */
export function readMoney(fields: Fields): Money | BodyProblem {
  const amountMinor = readAmount(fields, 'amount');
  if (amountMinor === undefined) return problem('amount is required.', 'amount');
  if (isProblem(amountMinor)) return amountMinor;
  const currency = readCurrency(fields, 'currency');
  if (currency === undefined) return problem('currency is required.', 'currency');
  if (isProblem(currency)) return currency;
  return moneyFromMinor(amountMinor, currency);
}

export function priced(amount: Money, direction: MoneyDirection): Pricing {
  return { kind: 'priced', amount, direction };
}

export function unpriced(reason: string, direction: MoneyDirection): Pricing {
  return { kind: 'unpriced', reason, direction };
}

/** `amount: {value, currency}` of a JSON body, as Stripe's API v2 writes it: V2Amounts. */
export function readAmountObject(fields: Fields, name: string): Money | undefined | BodyProblem {
  const field = soleField(fields, name);
  if (field === undefined || 'invalid' in field) return field;
  if (field.kind !== 'object') return problem(`${name} must be an object of value and currency.`, name);
  const amountMinor = readAmount(field.fields, 'value', { as: 'number' });
  if (isProblem(amountMinor)) return amountMinor;
  const currency = readCurrency(field.fields, 'currency');
  if (isProblem(currency)) return currency;
  if (amountMinor !== undefined && currency !== undefined) return moneyFromMinor(amountMinor, currency);
  return problem(`${name} must have a value and a currency.`, name);
}

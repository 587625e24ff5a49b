import { type Money, type MoneyDirection, moneyFromMinor, type Pricing, parseCurrency } from '@keybrake/domain';
import { priced, unpriced } from './amount.js';
import { isProblem, type RequestProblem } from './problem.js';
import type { LookUp } from './provider.js';
import { asObject } from './upstream-meaning.js';

/** An object as the provider answers it. */
export type Answer = Readonly<Record<string, unknown>>;

/** Reads an object for the amount that the call moves; an answer that does not tell leaves the call unpriced. */
export function lookUp(
  direction: MoneyDirection,
  path: string,
  amountOf: (object: Answer) => Money | Pricing | RequestProblem | undefined,
  query = '',
): LookUp {
  const price = priceFrom(direction, path, amountOf);
  return { kind: 'look_up', direction, method: 'GET', path, query, form: [], price };
}

/** The same for a call that moves what earlier ones may have counted already: that is not reserved again. */
export function lookUpBeyondCounted(
  direction: MoneyDirection,
  path: string,
  objectId: string,
  amountsOf: (object: Answer) => { readonly moves: Money | undefined; readonly movedBefore: Money | undefined },
): LookUp {
  const plain = lookUp(direction, path, (object) => amountsOf(object).moves);
  return {
    ...plain,
    countedFor: objectId,
    price(answer, countedMicros, text) {
      const price = plain.price(answer, 0n, text);
      if (isProblem(price) || price.kind !== 'priced' || countedMicros === 0n) return price;
      const before = amountsOf(asObject(answer) ?? {}).movedBefore?.micros ?? 0n;
      const beyond = before + price.amount.micros - countedMicros;
      const micros = beyond < 0n ? 0n : beyond < price.amount.micros ? beyond : price.amount.micros;
      return { ...price, amount: { ...price.amount, micros } };
    },
  };
}

/** The same by a POST that computes and changes nothing. */
export function preview(
  direction: MoneyDirection,
  path: string,
  form: LookUp['form'],
  amountOf: (object: Answer) => Money | Pricing | RequestProblem | undefined,
): LookUp {
  const price = priceFrom(direction, path, amountOf);
  return { kind: 'look_up', direction, method: 'POST', path, query: '', form, price };
}

function priceFrom(
  direction: MoneyDirection,
  path: string,
  amountOf: (object: Answer) => Money | Pricing | RequestProblem | undefined,
): LookUp['price'] {
  return (answer) => {
    const object = asObject(answer);
    const found = object === undefined ? undefined : amountOf(object);
    if (found === undefined) return unpriced(`${path} does not tell the amount.`, direction);
    return isProblem(found) || 'kind' in found ? found : priced(found, direction);
  };
}

/** An amount of an answer: undefined unless it is a whole number of minor units, from 0, in a known currency. */
export function moneyOf(object: Answer, amount: unknown): Money | undefined {
  const currency = typeof object.currency === 'string' ? parseCurrency(object.currency) : undefined;
  const isAmount = typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0;
  return currency === undefined || !isAmount ? undefined : moneyFromMinor(BigInt(amount), currency);
}

/** What is left of a whole; undefined when one of them is not told. */
export function rest(whole: unknown, part: unknown): number | undefined {
  return typeof whole === 'number' && typeof part === 'number' ? whole - part : undefined;
}

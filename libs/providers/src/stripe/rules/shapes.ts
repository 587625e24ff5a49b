import type { Pricing } from '@keybrake/domain';
import { priced, readAmount, readMoney, unpriced } from '../../amount.js';
import { fieldsOf } from '../../body/parsed-body.js';
import { type Answer, lookUp, moneyOf } from '../../look-up.js';
import { isProblem } from '../../problem.js';
import type { LookUp, PriceRule } from '../../provider.js';

/** A call that moves the whole of one object. */
export function wholeOf(direction: LookUp['direction'], pathOf: (id: string) => string): PriceRule {
  return ({ ids }) => lookUp(direction, pathOf(ids.id ?? ''), (object) => moneyOf(object, object.amount));
}

/** Amount and currency in the body. */
export function exact(direction: LookUp['direction']): PriceRule {
  return ({ body }) => {
    const money = readMoney(fieldsOf(body));
    return isProblem(money) ? money : priced(money, direction);
  };
}

/** An operation whose amount can't be told beforehand, and why. */
export function never(direction: LookUp['direction'], reason: string): PriceRule {
  const pricing: Pricing = unpriced(reason, direction);
  return () => pricing;
}

/**
 * The stated amount in the object's currency, or else what the object says. The currency is never in the request, so
 * the object is read either way.
 */
export function statedOrRest(
  direction: LookUp['direction'],
  stated: string,
  pathOf: (id: string) => string,
  restOf: (object: Answer) => unknown,
  zeroAllowed: boolean,
): PriceRule {
  return ({ body, ids }) => {
    const amountMinor = readAmount(fieldsOf(body), stated, { zeroAllowed });
    if (isProblem(amountMinor)) return amountMinor;
    return lookUp(direction, pathOf(ids.id ?? ''), (object) =>
      moneyOf(object, amountMinor === undefined ? restOf(object) : Number(amountMinor)),
    );
  };
}

import {
  type Currency,
  type Money,
  type MoneyDirection,
  moneyFromMinor,
  type Pricing,
  parseCurrency,
} from '@keybrake/domain';
import {
  fieldsOf,
  isId,
  type LookUp,
  type ParsedBody,
  type PriceReading,
  type PriceRule,
  priced,
  problem,
  type RequestProblem,
  unpriced,
} from '@keybrake/providers';
import { countable, RuleFailure } from './exact-numbers.js';
import { answerValue, type RuleValue, ruleValue } from './rule-values.js';
import type { DescribedAmount, DescribedMoney } from './schema.js';

type Values = Readonly<Record<string, RuleValue>>;

/** The amount rule of a described money operation. What its expressions can't tell is refused, never guessed. */
export function amountRule(operation: DescribedMoney): PriceRule {
  const { direction, unpriced: exceptions } = operation;
  const read = namesRead(operation);
  return (call) => {
    if (typeof exceptions === 'string') return unpriced(`${exceptions}.`, direction);
    const unlisted = unlistedField(operation.fields, call.body);
    if (unlisted !== undefined) return unlisted;
    return guarded(
      () => {
        const values = { body: ruleValue(call.body.root, read), ids: new Map(Object.entries(call.ids)) };
        const met = exceptions.find(({ when }) => when.evaluate(values));
        return met === undefined ? reading(operation, values) : unpriced(`${met.reason}.`, direction);
      },
      (reason) => problem(`The amount of this call can't be read: ${reason}.`),
    );
  };
}

/** A field that is not listed would be passed on without being priced. */
export function unlistedField(fields: readonly string[] | undefined, body: ParsedBody): RequestProblem | undefined {
  if (fields === undefined) return undefined;
  if (body.root.kind !== 'object') return problem('The body must be one object.');
  const other = [...fieldsOf(body).keys()].find((name) => !fields.includes(name));
  return other === undefined
    ? undefined
    : problem(`${other} is not a field that Keybrake knows here; there are ${fields.join(', ')}.`, other);
}

function namesRead({ unpriced: exceptions, lookUp, price }: DescribedMoney): ReadonlySet<string> {
  const conditions = typeof exceptions === 'string' ? [] : exceptions.map(({ when }) => when);
  const { micros, minor, currencyFrom } = price ?? {};
  const all = [...conditions, ...Object.values(lookUp?.ids ?? {}), micros, minor, currencyFrom];
  return new Set(all.flatMap((expression) => [...(expression?.names ?? [])]));
}

function reading({ direction, lookUp, price }: DescribedMoney, values: Values): PriceReading {
  if (price === undefined) return unpriced('no rule tells its amount.', direction);
  if (lookUp === undefined) return priced(moneyBy(price, values), direction);
  const path = lookUp.call.replace(/^GET /, '').replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = lookUp.ids[name]?.evaluate(values) ?? '';
    if (!isId(id)) throw new RuleFailure(`${JSON.stringify(id.slice(0, 40))} is not an id`);
    return id;
  });
  return lookUpOf(path, direction, (answer) => moneyBy(price, { ...values, answer }));
}

function lookUpOf(path: string, direction: MoneyDirection, amountOf: (answer: RuleValue) => Money): LookUp {
  const price = (_answer: unknown, _countedMicros: bigint, text: string) =>
    guarded(
      (): Pricing => priced(amountOf(answerValue(text)), direction),
      (reason) => unpriced(`its amount is that of ${path}, which does not tell it: ${reason}.`, direction),
    );
  return { kind: 'look_up', direction, method: 'GET', path, query: '', form: [], price };
}

/** Throws `RuleFailure`. */
export function moneyBy(amount: DescribedAmount, values: Values, stated?: Currency): Money {
  const { micros, minor, currency: fixed, currencyFrom } = amount;
  const code = fixed ?? currencyFrom?.evaluate(values) ?? stated ?? '';
  const currency = parseCurrency(code);
  if (currency === undefined) throw new RuleFailure(`"${code.slice(0, 10)}" is not a currency that Keybrake knows`);
  if (micros !== undefined) return { currency, micros: countable(micros.evaluate(values)) };
  const amountMinor = minor?.evaluate(values);
  if (amountMinor === undefined) throw new RuleFailure('no rule tells its amount');
  return { currency, micros: countable(moneyFromMinor(countable(amountMinor), currency).micros) };
}

/** What an expression that can't be evaluated becomes. */
export function guarded<T, F>(work: () => T, failed: (reason: string) => F): T | F {
  try {
    return work();
  } catch (error) {
    if (error instanceof RuleFailure) return failed(error.message);
    throw error;
  }
}

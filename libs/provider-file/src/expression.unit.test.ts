import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { microsFromDecimal, RuleFailure } from './exact-numbers.js';
import { compile, type ResultType, type Scope } from './expression.js';
import type { RuleValue } from './rule-values.js';

const scope: Scope = { variables: ['body'], ids: ['id'], prices: new Map([['segment', 7_700n]]) };
const map = (fields: Record<string, RuleValue>) => new Map(Object.entries(fields));

function value<T extends ResultType>(source: string, wanted: T, body: Record<string, RuleValue> = {}) {
  const compiled = compile(source, wanted, scope);
  if ('problem' in compiled) return compiled.problem;
  try {
    return compiled.evaluate({ body: map(body), ids: map({ id: 'x1' }) });
  } catch (error) {
    if (error instanceof RuleFailure) return `failed: ${error.message}`;
    throw error;
  }
}

describe('figures', () => {
  test.each<[string, Record<string, RuleValue>, bigint]>([
    ['micros(body.amount)', { amount: '5.50' }, 5_500_000n],
    ['micros(body.amount)', { amount: '0.000001' }, 1n],
    ['micros(body.amount)', { amount: '8999999999.999999' }, 8_999_999_999_999_999n],
    ['micros(body.amount)', { amount: 12n }, 12_000_000n],
    ['body.count * prices.segment', { count: 3n }, 23_100n],
    ['integer(body.count) * prices.segment', { count: '3' }, 23_100n],
    ['ceilDiv(body.amount * 29, 1000)', { amount: 101n }, 3n],
    [
      'sum(body.items.map(item, integer(item.count) * micros(item.price)))',
      {
        items: [map({ count: 2n, price: '0.10' }), map({ count: '3', price: '0.20' })],
      },
      800_000n,
    ],
    ['size(body.to.split("<"))', { to: '1<2<3' }, 3n],
    ['smsSegments(body.text)', { text: 'x'.repeat(161) }, 2n],
    ['has(body.tip) ? body.amount + body.tip : body.amount', { amount: 5n }, 5n],
    ['9007199254740993 + body.amount', { amount: 0n }, 9_007_199_254_740_993n],
  ])('%s', (source, body, expected) => {
    expect(value(source, 'int', body)).toBe(expected);
  });

  test('a decimal text is exactly its micros, whatever it is', () => {
    const amount = fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n });
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 6 }), (micros, kept) => {
        const digits = micros.toString().padStart(7, '0');
        const fraction = digits.slice(-6).slice(0, kept);
        const text = `${digits.slice(0, -6)}${kept === 0 ? '' : `.${fraction}`}`;
        const expected = (micros / 10n ** BigInt(6 - kept)) * 10n ** BigInt(6 - kept);
        expect(value('micros(body.amount)', 'int', { amount: text })).toBe(expected);
      }),
    );
  });

  test('what is added up and multiplied is what bigints give, or a failure beyond 64 bits', () => {
    const number = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(number, number, fc.constantFrom('+', '-', '*'), (a, b, operator) => {
        const exact = operator === '+' ? a + b : operator === '-' ? a - b : a * b;
        const found = value(`body.a ${operator} body.b`, 'int', { a, b });
        if (exact >= -(2n ** 63n) && exact < 2n ** 63n) expect(found).toBe(exact);
        else expect(found).toMatch(/^failed: integer overflow/);
      }),
    );
  });
});

test.each([
  '',
  '5.',
  '.5',
  '05',
  '5.1234567',
  '1e3',
  '0x10',
  '-1',
  '+1',
  ' 1',
  '1 ',
  '1,5',
  '1_000',
  'NaN',
  '٣',
  '1'.repeat(13),
])('%j is no amount', (text) => {
  expect(microsFromDecimal(text)).toBeUndefined();
  expect(value('micros(body.amount)', 'int', { amount: text })).toMatch(/^failed: ".*" is not an amount such as 5.50/);
});

test.each<[string, Record<string, RuleValue>, RegExp]>([
  ['body.amount', {}, /No such key: amount/],
  ['body.amount', { amount: '5' }, /does not give a whole number/],
  ['body.amount', { amount: null }, /does not give a whole number/],
  ['body.amount * 2', { amount: '5' }, /no such overload/],
  ['micros(body.amount)', { amount: true }, /no matching overload/],
  ['integer(body.amount)', { amount: '' }, /not a whole number/],
  ['integer(body.amount)', { amount: '0b11' }, /not a whole number/],
  ['body.list[3]', { list: [1n] }, /index out of bounds/],
  ['body.constructor', {}, /No such key/],
  ['body.__proto__', {}, /No such key/],
  ['ceilDiv(body.amount, 0)', { amount: 1n }, /divisor from 1/],
  ['sum(body.list)', { list: ['1'] }, /whole numbers only|no matching overload/],
])('%s fails without an amount', (source, body, message) => {
  expect(value(source, 'int', body)).toMatch(message);
});

test.each<[string, ResultType, string, number]>([
  ['bdy.amount', 'int', 'Unknown variable: bdy', 0],
  ['1 + prices.segmnet', 'int', 'No such key: segmnet', 11],
  ['ids.idd', 'string', 'No such key: idd', 4],
  ['answer.amount', 'int', 'Unknown variable: answer', 0],
  ['1 +', 'int', 'is not a CEL expression: Unexpected token: EOF', 3],
  ['"a"', 'int', 'gives a string, where a whole number is needed', 0],
  ['body.a == 1', 'string', 'gives a bool, where a text is needed', 0],
  ['body.amount * 1.5', 'int', 'has a number with a fraction: write micros("0.05")', 14],
  ['body.amount / 2', 'int', 'divides with /, which rounds down: write ceilDiv(amount, divisor)', 0],
  [
    'int(body.amount)',
    'int',
    'calls int, which is not known here: write integer(…), which takes nothing but plain digits',
    0,
  ],
  [
    'body.text.matches("(a+)+$")',
    'bool',
    'calls matches, which is not known here: write startsWith, endsWith or contains',
    0,
  ],
  ['body[body.name]', 'int', 'reads a member whose name is computed: write the name itself', 0],
  ['body.a in body', 'bool', 'looks for a computed name: write "name" in …, or … in ["a", "b"]', 0],
  ['body.a.exists(x, body.b.exists(y, x == y))', 'bool', 'has exists inside of another macro', 17],
  ['body.a.map(x, smsSegments(body.text))[0]', 'int', 'calls smsSegments for each item of a list', 14],
  ['5u', 'int', 'has a kind of number or bytes not known here', 0],
  ['x'.repeat(2_001), 'int', 'is longer than 2000 characters', 0],
])('%s is refused at the start', (source, wanted, message, at) => {
  expect(value(source, wanted)).toEqual({ message, at });
});

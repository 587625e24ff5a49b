import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Currency, parseCurrency } from './currency.js';
import { formatMoney, minorRoundedDown, minorRoundedUp, moneyFromMinor, parseMinorAmount } from './money.js';

const usd = 'usd' as Currency;
const jpy = 'jpy' as Currency;
const kwd = 'kwd' as Currency;

test('a minor unit is as many micros as its currency says', () => {
  expect(moneyFromMinor(1n, usd).micros).toBe(10_000n);
  expect(moneyFromMinor(1n, jpy).micros).toBe(1_000_000n);
  expect(moneyFromMinor(1n, kwd).micros).toBe(1_000n);
});

test('minor units survive the way to micros and back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.constantFrom(usd, jpy, kwd), (minor, currency) => {
      const { micros } = moneyFromMinor(minor, currency);
      expect(minorRoundedUp(micros, currency)).toBe(minor);
      expect(minorRoundedDown(micros, currency)).toBe(minor);
    }),
  );
});

test('spent rounds up, left rounds down', () => {
  expect(minorRoundedUp(400n, usd)).toBe(1n);
  expect(minorRoundedDown(9_999n, usd)).toBe(0n);
  expect(minorRoundedDown(-5n, usd)).toBe(0n);
});

test('only plain digits are an amount', () => {
  expect(parseMinorAmount('100')).toBe(100n);
  for (const text of ['', '-1', '+1', '01', '1e6', '1.0', ' 1', '0x64', '1_000', '１']) {
    expect(parseMinorAmount(text), text).toBeUndefined();
  }
});

test('amounts read as people write them', () => {
  expect(formatMoney(moneyFromMinor(10_000n, usd))).toBe('100.00 USD');
  expect(formatMoney({ currency: usd, micros: 400n })).toBe('0.0004 USD');
  expect(formatMoney(moneyFromMinor(500n, jpy))).toBe('500 JPY');
  expect(formatMoney(moneyFromMinor(1n, kwd))).toBe('0.001 KWD');
});

test('a currency is known in any case, or not at all', () => {
  expect(parseCurrency('USD')).toBe('usd');
  expect(parseCurrency('xxx')).toBeUndefined();
  expect(parseCurrency('usd ')).toBeUndefined();
});

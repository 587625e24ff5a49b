import { beforeAll, expect, test } from 'vitest';
import { formatMoney, learnCurrencies, minorToDecimal, parseMoney, shareOf } from './money.ts';

// ISK has no decimals by ISO 4217, and two at Stripe: what the API says counts.
beforeAll(() => learnCurrencies({ usd: 2, jpy: 0, kwd: 3, isk: 2 }));

test.each([
  ['1234', 'usd', '$12.34'],
  ['5', 'usd', '$0.05'],
  ['-5', 'usd', '-$0.05'],
  ['1234', 'jpy', '¥1,234'],
  ['123456', 'isk', 'ISK\u00a01,234.56'],
  ['900719925474099312', 'usd', '$9,007,199,254,740,993.12'],
])('%s minor units of %s are %s', (minor, currency, text) => {
  expect(formatMoney(minor, currency)).toBe(text);
});

test.each([
  ['12.34', 'usd', '1234'],
  ['1,000', 'usd', '100000'],
  ['12.', 'usd', '1200'],
  ['0.001', 'kwd', '1'],
  ['12.345', 'usd', undefined],
  ['1.5', 'jpy', undefined],
  ['-1', 'usd', undefined],
  ['1e3', 'usd', undefined],
  ['', 'usd', undefined],
])('typed %s of %s is %s', (text, currency, minor) => {
  expect(parseMoney(text, currency)).toBe(minor);
});

test('what was typed and what is shown agree', () => {
  for (const currency of ['usd', 'jpy', 'kwd'])
    for (const minor of ['0', '1', '99', '100', '123456789012']) {
      expect(parseMoney(minorToDecimal(minor, currency), currency)).toBe(minor);
    }
});

test('a limit of nothing is full as soon as anything is used', () => {
  expect(shareOf('0', '0')).toBe(0);
  expect(shareOf('1', '0')).toBe(1);
  expect(shareOf('8100', '10000')).toBe(0.81);
});

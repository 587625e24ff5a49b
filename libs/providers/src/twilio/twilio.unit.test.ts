import type { Currency, Money } from '@keybrake/domain';
import { describe, expect, test } from 'vitest';
import { matchOperation } from '../operation-match.js';
import { defaultPriceList, type PriceList } from '../price-list.js';
import { priceOf } from '../read-price.fixture.js';
import { smsSegments } from './segments.js';
import { twilio } from './twilio.js';

const usd = (micros: bigint): Money => ({ currency: 'usd' as Currency, micros });
const MESSAGES = '/2010-04-01/Accounts/AC1/Messages.json';

const pricingOf = (fields: readonly (readonly [string, string])[], prices?: PriceList) =>
  priceOf(
    twilio,
    MESSAGES,
    new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
    prices,
  );

const TO = ['To', '+14155550100'] as const;
const FROM = ['From', '+14155550111'] as const;
const pricedAt = (micros: bigint) => ({ kind: 'priced', amount: usd(micros), direction: 'out' });

describe('segments', () => {
  test('all characters of the alphabet, and only those, are GSM-7', () => {
    const basic =
      '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
    expect([...basic]).toHaveLength(127);
    for (const char of basic)
      expect([char, smsSegments(char.repeat(160)), smsSegments(char.repeat(161))]).toEqual([char, 1, 2]);
    for (const char of '^{}\\[~]|€\f')
      expect([char, smsSegments(char.repeat(80)), smsSegments(char.repeat(81))]).toEqual([char, 1, 2]);
    for (const char of '`ç’“…—\t\u0301') expect(smsSegments(char.repeat(71))).toBe(2);
  });

  test.each([
    ['', 1],
    ['a'.repeat(160), 1],
    ['a'.repeat(161), 2],
    ['a'.repeat(306), 2],
    ['a'.repeat(307), 3],
    ['a'.repeat(459), 3],
    ['é'.repeat(160), 1],
    ['ж'.repeat(70), 1],
    ['ж'.repeat(71), 2],
    ['ж'.repeat(134), 2],
    ['ж'.repeat(135), 3],
    ['😀'.repeat(35), 1],
    ['😀'.repeat(36), 2],
    // 67 units hold 33 pairs: a pair is never cut.
    ['😀'.repeat(66), 2],
    ['😀'.repeat(67), 3],
    // 152 septets and one of two: it moves to the next part.
    [`${'a'.repeat(152)}€${'a'.repeat(151)}`, 2],
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
  ])('%#: %i segments', (text, segments) => {
    expect(smsSegments(text)).toBe(segments);
  });
});

describe('prices', () => {
  test('segments times the price of the longest dialling prefix', () => {
    const prices = defaultPriceList();
    const list = { ...prices, twilio: { ...prices.twilio, smsSegmentMicros: { '+1': 1n, '+1415': 5n, '+4': 7n } } };
    expect(pricingOf([TO, FROM, ['Body', 'hi']])).toEqual(pricedAt(14_500n));
    expect(pricingOf([TO, FROM, ['Body', 'a'.repeat(161)]])).toEqual(pricedAt(29_000n));
    expect(pricingOf([TO, ['MessagingServiceSid', 'MG1'], ['Body', 'ж'.repeat(71)]])).toEqual(pricedAt(29_000n));
    expect(pricingOf([TO, FROM], list)).toEqual(pricedAt(5n));
    expect(pricingOf([['To', '+12125550100'], FROM], list)).toEqual(pricedAt(1n));
    expect(pricingOf([['To', '+442071838750'], FROM], list)).toEqual(pricedAt(7n));
  });

  test('media make an MMS; the dearer of media and text counts', () => {
    const media = ['MediaUrl', 'https://a.example/1.png'] as const;
    expect(pricingOf([TO, FROM, ['Body', 'hi'], media, media])).toEqual(pricedAt(32_000n));
    expect(pricingOf([TO, FROM, ['Body', 'hi'], ['SendAsMms', 'true']])).toEqual(pricedAt(32_000n));
    expect(pricingOf([TO, FROM, ['Body', 'a'.repeat(459)], media])).toEqual(pricedAt(43_500n));
    expect(pricingOf([TO, FROM, ...Array.from({ length: 10 }, () => media)])).toEqual(pricedAt(32_000n));
    expect(pricingOf([TO, FROM, ...Array.from({ length: 11 }, () => media)])).toMatchObject({ param: 'MediaUrl' });
    expect(pricingOf([TO, FROM, ['MediaUrl[0]', 'https://a.example']])).toMatchObject({ param: 'MediaUrl' });
  });

  test.each([
    ['+442071838750'],
    ['+18765550100'],
    ['+12425550100'],
    ['14155550100'],
    ['+1 415 555 0100'],
    ['+1415555'.repeat(3)],
    ['whatsapp:+14155550100'],
    ['messenger:123'],
    ['12345'],
    ['+0123456789'],
    ['+1415555010\u0660'],
  ])('a message to %s is unpriced', (to) => {
    expect(pricingOf([['To', to], FROM, ['Body', 'hi']])).toMatchObject({ kind: 'unpriced', direction: 'out' });
  });

  test('an island that shares +1 needs a price of its own', () => {
    const prices = defaultPriceList();
    const list = { ...prices, twilio: { ...prices.twilio, smsSegmentMicros: { '+1': 1n, '+1876': 9n } } };
    expect(pricingOf([['To', '+18765550100'], FROM], list)).toEqual(pricedAt(9n));
  });

  test('a text that the request does not hold is unpriced', () => {
    expect(pricingOf([TO, FROM, ['ContentSid', 'HX1']])).toMatchObject({ kind: 'unpriced' });
    expect(pricingOf([TO, FROM, ['Body', 'x'], ['ShortenUrls', 'true']])).toMatchObject({ kind: 'unpriced' });
  });

  test.each([
    [[FROM]],
    [[TO, TO]],
    [[TO, ['to', '+442071838750']]],
    [[TO, ['To[]', '+442071838750']]],
    [[TO, ['Body', 'a'], ['body', 'b'.repeat(999)]]],
    [[TO, ['SendAsMms', '1']]],
  ] as (readonly [string, string])[][][])('%j is refused', (fields) => {
    expect(pricingOf(fields)).toHaveProperty('invalid');
  });
});

test('a created message cost what was reserved; no 409 of Twilio is about idempotency', () => {
  const send = matchOperation(twilio, 'POST', MESSAGES)?.operation;
  if (send === undefined) throw new Error('no such operation');
  const interpret = (status: number, answer: unknown) =>
    twilio.interpret(send, status, new TextEncoder().encode(JSON.stringify(answer)), usd(14_500n));
  expect(interpret(201, { sid: 'SM1', price: null })).toEqual({ kind: 'executed', actualMicros: 14_500n });
  expect(interpret(400, { code: 21211 })).toEqual({ kind: 'refused' });
  expect(interpret(409, { code: 1 })).toEqual({ kind: 'refused' });
  expect(interpret(429, { code: 20429 })).toEqual({ kind: 'not_executed' });
  expect(interpret(503, {})).toEqual({ kind: 'unknown' });
});

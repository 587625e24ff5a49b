import { expect, test } from 'vitest';
import { defaultPriceList } from './price-list.js';
import { parsePriceList } from './price-list-file.js';

const problemsOf = (json: string) => {
  const reading = parsePriceList(json);
  return reading.kind === 'problems' ? reading.problems : [];
};

test('an empty list keeps the defaults', () => {
  expect(parsePriceList('{}')).toEqual({ kind: 'prices', prices: defaultPriceList() });
});

test("an operator's list, in numbers or texts", () => {
  const json = `{"twilio": {"currency": "EUR", "smsSegmentMicros": {"+1": 14500, "+49": "98000"}, "mmsMicros": {},
    "callMinuteMicros": {"+49": 20000}, "callTimeLimitSeconds": 90, "callInstructions": "any"},
    "resend": {"currency": "usd", "emailMicros": 0},
    "fx": {"base": "usd", "marginBasisPoints": 250, "rates": {"eur": 1.0852, "JPY": "0.0067"}}}`;
  expect(parsePriceList(json)).toEqual({
    kind: 'prices',
    prices: {
      twilio: {
        currency: 'eur',
        smsSegmentMicros: { '+1': 14_500n, '+49': 98_000n },
        mmsMicros: {},
        callMinuteMicros: { '+49': 20_000n },
        callTimeLimitSeconds: 90,
        callInstructions: 'any',
      },
      resend: { currency: 'usd', emailMicros: 0n },
      fx: {
        base: 'usd',
        marginBasisPoints: 250,
        rateNanos: new Map([
          ['eur', 1_085_200_000n],
          ['jpy', 6_700_000n],
        ]),
      },
    },
  });
});

test('a list that says nothing of calls leaves them unpriced', () => {
  const json = '{"twilio": {"currency": "usd", "smsSegmentMicros": {}, "mmsMicros": {}}}';
  expect(parsePriceList(json)).toMatchObject({
    prices: { twilio: { callMinuteMicros: {}, callInstructions: 'inline' } },
  });
  const wrong = json.replace('{}}}', '{}, "callTimeLimitSeconds": 0.5, "callInstructions": "maybe"}}');
  expect(problemsOf(wrong).map((text) => text.split(':')[0])).toEqual([
    'twilio.callTimeLimitSeconds',
    'twilio.callInstructions',
  ]);
});

test('exchange rates are exact or refused', () => {
  const fx = (rates: string) => `{"fx": {"base": "usd", "marginBasisPoints": 0.5, "rates": ${rates}}}`;
  expect(
    problemsOf(fx('{"eur": 1e3, "usd": 1, "gbp": -1, "xyz": 1, "jpy": 0}')).map((text) => text.split(':')[0]),
  ).toEqual([
    'fx.rates["eur"]',
    'fx.rates["usd"]',
    'fx.rates["gbp"]',
    'fx.rates["xyz"]',
    'fx.rates["jpy"]',
    'fx.marginBasisPoints',
  ]);
});

test('all problems are named at once, each with its place', () => {
  const json = `{"twilio": {"currency": "usdollar", "smsSegmentMicros": {"1": 5, "+44": 0.5, "+49": -1, "+33": 1e3}},
    "resend": {"currency": "usd", "emailMicros": "x", "emailCents": 5}, "sendgrid": {}}`;
  expect(problemsOf(json).map((text) => text.split(':')[0])).toEqual([
    'sendgrid',
    'twilio.currency',
    'twilio.smsSegmentMicros["1"]',
    'twilio.smsSegmentMicros["+44"]',
    'twilio.smsSegmentMicros["+49"]',
    'twilio.smsSegmentMicros["+33"]',
    'twilio.mmsMicros',
    'resend.emailCents',
    'resend.emailMicros',
  ]);
});

test.each(['', '[]', '5', '{"resend":5}', '{"resend":{},"resend":{}}', '{"resend":'])('%j has problems', (json) => {
  expect(problemsOf(json).length).toBeGreaterThan(0);
});

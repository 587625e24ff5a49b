import type { Currency, Money } from '@keybrake/domain';
import { describe, expect, test } from 'vitest';
import { matchOperation } from '../operation-match.js';
import { priceOf } from '../read-price.fixture.js';
import { resend } from './resend.js';

const usd = (micros: bigint): Money => ({ currency: 'usd' as Currency, micros });

function operation(path: string) {
  const matched = matchOperation(resend, 'POST', path);
  if (matched === undefined) throw new Error(`no ${path}`);
  return matched.operation;
}

const pricingOf = (path: string, value: unknown) =>
  priceOf(resend, path, typeof value === 'string' ? value : JSON.stringify(value));

const recipients = (count: number) => ({ kind: 'priced', amount: usd(BigInt(count) * 900n), direction: 'out' });
const mail = { from: 'me@a.example', to: 'you@b.example', subject: 's', text: 't' };

describe('recipients', () => {
  test('each to, cc and bcc address counts', () => {
    expect(pricingOf('/emails', mail)).toEqual(recipients(1));
    expect(
      pricingOf('/emails', { ...mail, to: ['a@b.c', 'Ann <d@e.f>'], cc: 'g@h.i', bcc: ['j@k.l', 'm@n.o'] }),
    ).toEqual(recipients(5));
    expect(pricingOf('/emails', { ...mail, cc: [], bcc: [] })).toEqual(recipients(1));
  });

  test('several addresses in one text count each', () => {
    expect(pricingOf('/emails', { ...mail, to: 'a@b.c, d@e.f;g@h.i' })).toEqual(recipients(3));
    expect(pricingOf('/emails', { ...mail, to: ['a@b.c,d@e.f', 'not an address'] })).toEqual(recipients(3));
  });

  test('a batch adds up', () => {
    expect(pricingOf('/emails/batch', [mail, { ...mail, cc: ['x@y.z', 'u@v.w'] }])).toEqual(recipients(4));
    expect(
      pricingOf(
        '/emails/batch',
        Array.from({ length: 100 }, () => mail),
      ),
    ).toEqual(recipients(100));
  });

  test.each([
    { value: {} },
    { value: { ...mail, to: [] } },
    { value: { ...mail, to: null } },
    { value: { ...mail, to: 5 } },
    { value: { ...mail, to: [['a@b.c']] } },
    { value: { ...mail, to: { email: 'a@b.c' } } },
    { value: { ...mail, cc: [1] } },
    { value: { ...mail, To: 'x@y.z' } },
    { value: { ...mail, BCC: ['x@y.z'] } },
    { value: { ...mail, 'bcc[]': 'x@y.z' } },
    { value: [mail] },
    { value: '{"to":"a@b.c","bcc":"a@b.c","bcc":["b@b.c","c@b.c"]}' },
    { value: '' },
  ])('email %j is refused', ({ value }) => {
    expect(pricingOf('/emails', value)).toHaveProperty('invalid');
  });

  test.each([{ value: [] }, { value: mail }, { value: [[mail]] }, { value: [mail, null] }, { value: [mail, {}] }])(
    'batch %j is refused',
    ({ value }) => {
      expect(pricingOf('/emails/batch', value)).toHaveProperty('invalid');
    },
  );

  test('101 emails are no batch', () => {
    expect(
      pricingOf(
        '/emails/batch',
        Array.from({ length: 101 }, () => mail),
      ),
    ).toHaveProperty('invalid');
  });

  test('cancelling is free, with or without a body', () => {
    expect(pricingOf('/emails/id-1/cancel', '')).toEqual({ kind: 'free' });
    expect(pricingOf('/emails/id-1/cancel', {})).toEqual({ kind: 'free' });
  });
});

test('answers', () => {
  const interpret = (status: number, answer: unknown, path = '/emails') =>
    resend.interpret(operation(path), status, new TextEncoder().encode(JSON.stringify(answer)), usd(900n));
  expect(interpret(200, { id: 'x' })).toEqual({ kind: 'executed', actualMicros: 900n });
  expect(interpret(200, { id: 'x' }, '/emails/id-1/cancel')).toEqual({ kind: 'executed', actualMicros: 0n });
  expect(interpret(422, { name: 'validation_error' })).toEqual({ kind: 'refused' });
  expect(interpret(409, { name: 'concurrent_idempotent_requests' })).toEqual({ kind: 'unknown' });
  expect(interpret(409, { name: 'invalid_idempotent_request' })).toEqual({ kind: 'refused' });
  expect(interpret(429, { name: 'daily_quota_exceeded' })).toEqual({ kind: 'not_executed' });
  expect(interpret(500, {})).toEqual({ kind: 'unknown' });
});

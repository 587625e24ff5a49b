import type { Currency, Money } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { matchOperation } from '../operation-match.js';
import { stripeFinalPrice } from './final-amount.js';
import { stripe } from './stripe.js';

const usd = (cents: bigint): Money => ({ currency: 'usd' as Currency, micros: cents * 10_000n });
const intent = (status: string, amount_received = 0) => ({
  id: 'pi_1',
  object: 'payment_intent',
  currency: 'usd',
  status,
  amount_received,
});
const charge = (members: object) => ({
  id: 'ch_1',
  object: 'charge',
  currency: 'usd',
  status: 'succeeded',
  ...members,
});

const made = (path: string, answer: unknown) => {
  const operation = matchOperation(stripe, 'POST', path)?.operation;
  if (operation === undefined) throw new Error(`no ${path}`);
  return stripe.made?.(operation, new TextEncoder().encode(JSON.stringify(answer)));
};

/** An answer, what it has come to in cents, or nothing while that is open. */
const STATES: readonly (readonly [answer: object, cents: bigint | undefined])[] = [
  [intent('succeeded', 60), 60n],
  [intent('canceled'), 0n],
  [intent('requires_payment_method'), 0n],
  [intent('requires_action'), undefined],
  [intent('requires_capture'), undefined],
  [intent('processing'), undefined],
  [charge({ captured: true, amount_captured: 60 }), 60n],
  [charge({ captured: false, amount_captured: 0 }), undefined],
  [charge({ captured: false, amount_captured: 0, refunded: true }), 0n],
  [charge({ status: 'failed' }), 0n],
  [charge({ status: 'pending', captured: true, amount_captured: 90 }), undefined],
];

test.each(STATES)('%j has come to %s', (answer, cents) => {
  expect(stripeFinalPrice.micros(answer, usd(100n))).toBe(cents === undefined ? undefined : cents * 10_000n);
  const path = 'amount_received' in answer ? '/v1/payment_intents/pi_1/confirm' : '/v1/charges';
  expect(made(path, answer)).toEqual({ objectId: expect.stringContaining('_1'), isProvisional: cents === undefined });
});

test('never more than was reserved, nor in another currency', () => {
  expect(stripeFinalPrice.micros(intent('succeeded', 120), usd(100n))).toBe(1_000_000n);
  expect(stripeFinalPrice.micros({ ...intent('succeeded', 60), currency: 'eur' }, usd(100n))).toBeUndefined();
});

test('a call that authorised nothing is not asked about', () => {
  expect(made('/v1/payment_intents/pi_1/cancel', intent('processing'))).toEqual({
    objectId: 'pi_1',
    isProvisional: false,
  });
  expect(made('/v1/customers', { id: 'cus_1', object: 'customer' })).toBeUndefined();
});

test.each([
  ['pi_1', '/v1/payment_intents/pi_1'],
  ['ch_1', '/v1/charges/ch_1'],
])('%s is asked at %s, which is a read', (id, path) => {
  const { request } = stripeFinalPrice.lookUp(id);
  expect(request).toMatchObject({ method: 'GET', path, body: undefined });
  expect(matchOperation(stripe, 'GET', path)?.operation.class).toBe('read');
});

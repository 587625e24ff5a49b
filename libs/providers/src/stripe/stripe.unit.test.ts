import type { Currency, Money } from '@keybrake/domain';
import { describe, expect, test } from 'vitest';
import { matchOperation } from '../operation-match.js';
import { lookedUp, priceOf } from '../read-price.fixture.js';
import { stripe } from './stripe.js';

const usd = (cents: bigint): Money => ({ currency: 'usd' as Currency, micros: cents * 10_000n });

function operation(path: string, method = 'POST') {
  const matched = matchOperation(stripe, method, path);
  if (matched === undefined) throw new Error(`no ${method} ${path}`);
  return matched.operation;
}

const pricingOf = (path: string, text: string) => priceOf(stripe, path, text);

function meaning(path: string, status: number, answer: unknown, reserved: Money | undefined = usd(1000n)) {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return stripe.interpret(operation(path), status, new TextEncoder().encode(text), reserved);
}

const INTENTS = '/v1/payment_intents';

describe('prices', () => {
  test('charges are exact', () => {
    const price = { kind: 'priced', amount: usd(1000n), direction: 'in' };
    expect(pricingOf('/v1/charges', 'amount=1000&currency=usd')).toEqual(price);
    expect(pricingOf('/v1/charges', 'amount=1000&currency=usd&capture=false')).toEqual(price);
    expect(pricingOf('/v1/charges', '')).toHaveProperty('invalid');
  });

  test('a payment intent costs with confirm=true only, and its amount is checked always', () => {
    const price = { kind: 'priced', amount: usd(1000n), direction: 'in' };
    expect(pricingOf(INTENTS, 'amount=1000&currency=usd&confirm=true')).toEqual(price);
    expect(pricingOf(INTENTS, 'amount=1000&currency=usd&confirm=false')).toEqual({ kind: 'free' });
    expect(pricingOf(INTENTS, 'amount=1000&currency=usd')).toEqual({ kind: 'free' });
    expect(pricingOf(INTENTS, 'amount=1e3&currency=usd')).toMatchObject({ param: 'amount' });
    expect(pricingOf(INTENTS, 'currency=usd')).toMatchObject({ param: 'amount' });
  });

  test.each(['1', 'TRUE', 'True', 'yes', '', 'on', 'true%20'])('confirm=%s is refused', (confirm) => {
    expect(pricingOf(INTENTS, `amount=1000&currency=usd&confirm=${confirm}`)).toMatchObject({ param: 'confirm' });
    expect(pricingOf(INTENTS, `amount=1000&currency=usd&confirm[]=${confirm}`)).toMatchObject({ param: 'confirm' });
  });

  test('an update is free but for a new amount, which could meet a confirmation', () => {
    expect(pricingOf(`${INTENTS}/pi_1`, 'amount=2000')).toMatchObject({ kind: 'unpriced', direction: 'in' });
    expect(pricingOf(`${INTENTS}/pi_1`, 'currency=eur')).toMatchObject({ kind: 'unpriced', direction: 'in' });
    expect(pricingOf(`${INTENTS}/pi_1`, 'description=pens')).toEqual({ kind: 'free' });
    expect(pricingOf(`${INTENTS}/pi_1`, '')).toEqual({ kind: 'free' });
    expect(pricingOf(`${INTENTS}/pi_1`, 'amount=0x64')).toMatchObject({ param: 'amount' });
    expect(pricingOf(`${INTENTS}/pi_1`, 'currency=zzz')).toMatchObject({ param: 'currency' });
  });

  const charge = { currency: 'eur', amount: 900, amount_captured: 900, amount_refunded: 200 };
  const intent = { currency: 'eur', amount: 900, amount_capturable: 800, latest_charge: charge };
  test.each([
    { path: `${INTENTS}/pi_1/capture`, field: 'amount_to_capture', direction: 'in', object: intent, rest: 800n },
    { path: '/v1/charges/ch_1/capture', field: 'amount', direction: 'in', object: charge, rest: 900n },
    { path: '/v1/refunds', with: 'charge=ch_1', field: 'amount', direction: 'out', object: charge, rest: 700n },
    { path: '/v1/refunds', with: 'payment_intent=pi_1', field: 'amount', direction: 'out', object: intent, rest: 700n },
  ])('$path $with: the currency, and without $field the amount, is looked up', (row) => {
    const fields = row.with === undefined ? '' : `${row.with}&`;
    const eur = (minor: bigint) => ({
      kind: 'priced',
      amount: { currency: 'eur', micros: minor * 10_000n },
      direction: row.direction,
    });
    expect(lookedUp(pricingOf(row.path, `${fields}${row.field}=300`), row.object)).toEqual(eur(300n));
    expect(lookedUp(pricingOf(row.path, fields.slice(0, -1)), row.object)).toEqual(eur(row.rest));
    expect(lookedUp(pricingOf(row.path, fields.slice(0, -1)), { currency: 'eur' })).toMatchObject({ kind: 'unpriced' });
    expect(pricingOf(row.path, `${fields}${row.field}[]=700`)).toMatchObject({ param: row.field });
    expect(pricingOf(row.path, `${fields}${row.field}=7e2`)).toMatchObject({ param: row.field });
  });

  test.each([
    { counted: 0n, received: 0, stated: 60n, reserved: 60n },
    { counted: 100n, received: 0, stated: 60n, reserved: 0n },
    { counted: 100n, received: 0, stated: 130n, reserved: 30n },
    { counted: 100n, received: 60, stated: 40n, reserved: 0n },
    { counted: 100n, received: 100, stated: 50n, reserved: 50n },
    { counted: 60n, received: 110, stated: 40n, reserved: 40n },
  ])('a capture of $stated reserves $reserved when $counted were counted and $received received', (row) => {
    const intent = { currency: 'usd', amount_capturable: 500, amount_received: row.received };
    const price = pricingOf(`${INTENTS}/pi_1/capture`, `amount_to_capture=${row.stated}`);
    expect(price).toMatchObject({ countedFor: 'pi_1' });
    const priced = { kind: 'priced', amount: usd(row.reserved), direction: 'in' };
    expect(lookedUp(price, intent, row.counted * 10_000n)).toEqual(priced);
  });

  test('capturing nothing more is allowed, refunding nothing is not', () => {
    const nothing = lookedUp(pricingOf(`${INTENTS}/pi_1/capture`, 'amount_to_capture=0'), intent);
    expect(nothing).toMatchObject({ amount: { micros: 0n } });
    expect(pricingOf('/v1/refunds', 'charge=ch_1&amount=0')).toMatchObject({ param: 'amount' });
    expect(pricingOf('/v1/refunds', 'amount=5')).toMatchObject({ param: 'charge' });
  });

  test("only a refund of a customer's balance names its currency", () => {
    const balance = 'origin=customer_balance&customer=cus_1&amount=500&currency=usd';
    expect(pricingOf('/v1/refunds', balance)).toEqual({ kind: 'priced', amount: usd(500n), direction: 'out' });
    expect(pricingOf('/v1/refunds', 'charge=ch_1&amount=500&currency=jpy')).toMatchObject({ param: 'currency' });
    expect(pricingOf('/v1/refunds', 'charge=ch_1&amount=500&currency[]=jpy')).toMatchObject({ param: 'currency' });
  });

  test('a customer is free unless a field of it is worth money', () => {
    expect(pricingOf('/v1/customers', 'email=a@b.c&cash_balance[settings][x]=y')).toEqual({ kind: 'free' });
    for (const field of ['balance', 'account_balance', 'Balance', 'plan', 'quantity', 'trial_end']) {
      expect(pricingOf('/v1/customers/cus_1', `${field}=-5000`)).toMatchObject({ kind: 'unpriced' });
    }
  });
});

describe('what a 2xx moved', () => {
  const executed = (micros: bigint) => ({ kind: 'executed', actualMicros: micros });

  test.each([
    [{ status: 'succeeded', captured: true, amount: 1000, amount_captured: 800, currency: 'usd' }, 8_000_000n],
    [{ status: 'succeeded', captured: false, amount: 1000, amount_captured: 0, currency: 'usd' }, 10_000_000n],
    [{ status: 'pending', captured: true, amount: 900, currency: 'usd' }, 9_000_000n],
    [{ status: 'failed', captured: false, amount: 1000, currency: 'usd' }, 0n],
  ])('charge %j', (answer, micros) => {
    expect(meaning('/v1/charges', 200, answer)).toEqual(executed(micros));
  });

  test.each([
    ['succeeded', 7_000_000n],
    ['processing', 9_000_000n],
    ['requires_capture', 9_000_000n],
    ['requires_action', 9_000_000n],
    ['requires_confirmation', 0n],
    ['requires_payment_method', 0n],
    ['canceled', 0n],
    ['a_new_status', 10_000_000n],
  ])('payment intent %s', (status, micros) => {
    const answer = { status, amount: 900, amount_received: 700, currency: 'usd' };
    expect(meaning(INTENTS, 200, answer)).toEqual(executed(micros));
  });

  test.each([
    ['succeeded', 5_000_000n],
    ['pending', 5_000_000n],
    ['requires_action', 5_000_000n],
    ['failed', 0n],
    ['canceled', 0n],
  ])('refund %s', (status, micros) => {
    expect(meaning('/v1/refunds', 200, { status, amount: 500, currency: 'usd' })).toEqual(executed(micros));
  });

  test('more than was reserved is told as it is', () => {
    expect(meaning('/v1/refunds', 200, { status: 'succeeded', amount: 2500, currency: 'usd' })).toEqual(
      executed(25_000_000n),
    );
  });

  test.each([
    'not json',
    '',
    '[]',
    'null',
    { status: 'succeeded', amount: 500, currency: 'jpy' },
    { status: 'succeeded', amount: 500 },
    { status: 'succeeded', amount: -5, currency: 'usd' },
    { status: 'succeeded', amount: 5.5, currency: 'usd' },
    { status: 'succeeded', amount: '500', currency: 'usd' },
    { status: 'succeeded', currency: 'usd' },
  ])('an answer that does not tell leaves what was reserved: %j', (answer) => {
    expect(meaning('/v1/refunds', 200, answer)).toEqual(executed(10_000_000n));
  });

  test('a call that held nothing moved nothing, whatever object it answers with', () => {
    const intent = { status: 'succeeded', amount: 900, amount_received: 900, currency: 'usd' };
    expect(
      stripe.interpret(operation(INTENTS), 200, new TextEncoder().encode(JSON.stringify(intent)), undefined),
    ).toEqual(executed(0n));
    expect(meaning(`${INTENTS}/pi_1/cancel`, 200, intent)).toEqual(executed(0n));
    expect(meaning(`${INTENTS}/pi_1/capture`, 200, intent, usd(0n))).toEqual(executed(0n));
  });
});

describe('what other answers mean', () => {
  test.each([
    [400, 'refused'],
    [402, 'refused'],
    [404, 'refused'],
    [401, 'not_executed'],
    [403, 'not_executed'],
    [429, 'not_executed'],
    [408, 'unknown'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unknown'],
    [301, 'unknown'],
    [304, 'unknown'],
    [199, 'unknown'],
  ])('%i is %s', (status, kind) => {
    expect(meaning('/v1/charges', status, { error: { type: 'card_error', code: 'card_declined' } })).toEqual({ kind });
  });

  test.each([
    [{ error: { code: 'idempotency_key_in_use' } }, 'unknown'],
    [{ error: { type: 'idempotency_error' } }, 'unknown'],
    ['<html>', 'unknown'],
    [{ error: { code: 'resource_conflict' } }, 'refused'],
    [{}, 'refused'],
  ])('409 %j is %s', (answer, kind) => {
    expect(meaning('/v1/charges', 409, answer)).toEqual({ kind });
  });
});

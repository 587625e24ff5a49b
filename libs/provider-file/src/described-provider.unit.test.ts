import { readFileSync } from 'node:fs';
import type { Currency, Money, Refusal } from '@keybrake/domain';
import {
  buildOutgoing,
  defaultPriceList,
  isProblem,
  matchOperation,
  type OutgoingRequest,
  type PriceReading,
  type Provider,
  parseBody,
  parseTarget,
} from '@keybrake/providers';
import { describe, expect, test } from 'vitest';
import { parseProviderFile } from './parse-file.js';

const example = (id: string) => readFileSync(new URL(`../../../docs/providers/${id}.yaml`, import.meta.url), 'utf8');

function providerOf(text: string): Provider {
  const reading = parseProviderFile(text);
  const [provider] = reading.kind === 'providers' ? reading.providers : [];
  if (provider === undefined) throw new Error(JSON.stringify(reading));
  return provider;
}

const shippo = providerOf(example('shippo'));
const plivo = providerOf(example('plivo'));
const usd = (micros: bigint): Money => ({ currency: 'usd' as Currency, micros });
const priced = (micros: bigint) => ({ kind: 'priced', amount: usd(micros), direction: 'out' });

function callOf(provider: Provider, target: string, value: unknown, type = 'application/json') {
  const parsed = parseTarget(target, provider.trailingSlash);
  const match = isProblem(parsed) ? undefined : matchOperation(provider, 'POST', parsed.path);
  if (isProblem(parsed) || match === undefined) throw new Error(`no POST ${target}`);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const body = parseBody(match.operation, type, new TextEncoder().encode(text));
  if (isProblem(body)) throw new Error(body.invalid);
  return { match, body, query: parsed.query };
}

function priceOf(provider: Provider, target: string, value: unknown, type?: string): PriceReading | undefined {
  const { match, body } = callOf(provider, target, value, type);
  return match.operation.price?.({ body, ids: match.ids, prices: defaultPriceList() });
}

function authorized(
  provider: Provider,
  target: string,
  value: unknown,
  credential: { secret: string; accountSid?: string },
) {
  const outgoing = buildOutgoing({
    provider,
    headers: { cookie: ['a=b'], accept: ['*/*'] },
    ...callOf(provider, target, value),
  });
  return provider.authorize(outgoing as OutgoingRequest, credential);
}

describe('Shippo', () => {
  const label = { rate: 'a5c9d1be', async: false };
  const looked = (answer: string) => {
    const price = priceOf(shippo, '/transactions/', label);
    if (price === undefined || isProblem(price) || price.kind !== 'look_up') throw new Error('no look-up');
    return { path: price.path, price: price.price(undefined, 0n, answer) };
  };

  test('a label costs its rate and the fee of the file', () => {
    expect(looked('{"amount":"5.5","currency":"USD"}')).toEqual({ path: '/rates/a5c9d1be', price: priced(5_570_000n) });
    // As a number too, by its digits and never as a double.
    expect(looked('{"amount":12345678.901234,"currency":"usd"}').price).toEqual(priced(12_345_678_971_234n));
    expect(looked('{"amount":"5","currency":"JPY"}').price).toMatchObject({
      amount: { currency: 'jpy', micros: 5_070_000n },
    });
  });

  test.each([
    '{}',
    '[]',
    'no JSON',
    '{"amount":"5.5"}',
    '{"amount":"5.5","currency":"BTC"}',
    '{"amount":null,"currency":"USD"}',
    '{"amount":"-5.5","currency":"USD"}',
    '{"amount":"99999999999","currency":"USD"}',
    '{"amount":5.5,"amount":1,"currency":"USD"}',
  ])('a rate %s does not tell the price', (answer) => {
    expect(looked(answer).price).toEqual({
      kind: 'unpriced',
      direction: 'out',
      reason: expect.stringMatching(/^its amount is that of \/rates\/a5c9d1be, which does not tell it: .+\.$/),
    });
  });

  test('without a rate it is unpriced, with odd fields refused', () => {
    expect(priceOf(shippo, '/transactions', { shipment: {} })).toMatchObject({ kind: 'unpriced' });
    expect(priceOf(shippo, '/transactions', { ...label, shipment: {} })).toMatchObject({ kind: 'unpriced' });
    expect(priceOf(shippo, '/batches/b1/purchase', '')).toEqual({
      kind: 'unpriced',
      direction: 'out',
      reason: 'a batch chooses its rates itself.',
    });
    for (const odd of [
      { ...label, insurance: '100' },
      { ...label, Rate: 'x' },
      { rate: 'a/b' },
      { rate: 5 },
      { rate: null },
      { rate: [] },
      [],
    ]) {
      expect(priceOf(shippo, '/transactions', odd), JSON.stringify(odd)).toHaveProperty('invalid');
    }
    expect(priceOf(shippo, '/addresses', { name: 'x', validate: true })).toMatchObject({
      invalid: expect.stringContaining('validate is not a field'),
    });
    expect(priceOf(shippo, '/addresses', { name: 'x' })).toEqual({ kind: 'free' });
  });

  test.each<[number, string, object]>([
    [201, '{"status":"SUCCESS"}', { kind: 'executed', actualMicros: 5_570_000n }],
    [201, '{"status":"QUEUED"}', { kind: 'executed', actualMicros: 5_570_000n }],
    [201, '{"status":"ERROR"}', { kind: 'executed', actualMicros: 0n }],
    [201, '{}', { kind: 'executed', actualMicros: 5_570_000n }],
    [201, '', { kind: 'executed', actualMicros: 5_570_000n }],
    [400, '{}', { kind: 'refused' }],
    [401, '{}', { kind: 'not_executed' }],
    [429, '{}', { kind: 'not_executed' }],
    [500, '{}', { kind: 'unknown' }],
  ])('%i %s', (status, body, meaning) => {
    const operation = matchOperation(shippo, 'POST', '/transactions')?.operation;
    if (operation === undefined) throw new Error('no operation');
    expect(shippo.interpret(operation, status, new TextEncoder().encode(body), usd(5_570_000n))).toEqual(meaning);
  });

  test('its key goes into the header of the file, and nothing of the caller', () => {
    const request = authorized(shippo, '/transactions/', label, { secret: 'shippo_$&' });
    expect(request).toMatchObject({ method: 'POST', path: '/transactions', query: '' });
    expect(request.headers).toEqual({
      'user-agent': 'keybrake',
      'accept-encoding': 'identity',
      accept: '*/*',
      'content-type': 'application/json',
      authorization: 'ShippoToken shippo_$&',
    });
    expect([shippo.resendable, shippo.idempotencyHeader, shippo.idempotencyWindowMs]).toEqual([false, undefined, 0]);
  });
});

describe('Plivo', () => {
  const path = '/v1/Account/MAcaller/Message/';

  test('a message costs its segments times its numbers', () => {
    expect(priceOf(plivo, path, { src: '1', dst: '14155550100', text: 'hi' })).toEqual(priced(15_000n));
    expect(priceOf(plivo, path, { src: '1', dst: '14155550100<14155550101', text: 'x'.repeat(161) })).toEqual(
      priced(60_000n),
    );
    expect(priceOf(plivo, path, { src: '1', dst: '14155550100<447700900000', text: 'hi' })).toMatchObject({
      kind: 'unpriced',
    });
    expect(priceOf(plivo, path, { src: '1', dst: '14155550100', text: 'hi', type: 'mms' })).toMatchObject({
      kind: 'unpriced',
    });
    expect(priceOf(plivo, path, { src: '1', dst: ['14155550100'], text: 'hi' })).toHaveProperty('invalid');
  });

  test('the account of the credential takes the place of the one in the path, which ends in a slash', () => {
    for (const written of [path, path.slice(0, -1)]) {
      const request = authorized(
        plivo,
        written,
        { src: '1', dst: '1', text: '' },
        { secret: 'token', accountSid: 'MA1' },
      );
      expect(request.path).toBe('/v1/Account/MA1/Message/');
      expect(request.headers.authorization).toBe(`Basic ${btoa('MA1:token')}`);
    }
    expect(plivo.account?.pattern.test(`MA${'A'.repeat(18)}`)).toBe(true);
    expect(plivo.account?.pattern.test(`xMA${'A'.repeat(18)}`)).toBe(false);
  });
});

describe('other members', () => {
  const described = (more: string) => `providers:
  - id: acme
    baseUrl: https://api.acme.example/v2
    credential: { in: header, header: X-Api-Key, value: '{secret}' }
    idempotency: { header: X-Once, windowHours: 24 }
    statuses: { unknown: [402], refused: [503], notExecuted: [404], executed: [303] }
    errors:
      contentType: application/problem+json
      idempotencyMismatch: 422
      body: { title: 'Refused ({code})', status: '{status}', detail: '{message}', list: ['{param}', '{details}'] }
    operations:
      - call: POST /charges
        resource: charges
        class: money
        direction: in
        body: form
${more}`;
  const acme = providerOf(described('        price: { currencyFrom: body.currency, minor: integer(body.amount) }\n'));
  const form = (text: string) => priceOf(acme, '/charges', text, 'application/x-www-form-urlencoded');

  test('a form with amounts in minor units', () => {
    expect(form('amount=1999&currency=eur')).toEqual({
      kind: 'priced',
      direction: 'in',
      amount: { currency: 'eur', micros: 19_990_000n },
    });
    expect(form('amount=1999&currency=jpy')).toMatchObject({ amount: { micros: 1_999_000_000n } });
    for (const odd of [
      'currency=usd',
      'amount=&currency=usd',
      'amount=1e3&currency=usd',
      'amount=-1&currency=usd',
      'amount=1&currency=xx',
      'amount=1&amount[]=2&currency=usd',
      'amount=1&Amount=2&currency=usd',
      'amount=1&currency=usd&currency[x]=eur',
      'amount=999999999999999999&currency=usd',
    ]) {
      expect(form(odd), odd).toHaveProperty(
        'invalid',
        expect.stringMatching(/^The amount of this call can't be read: .+\.$/),
      );
    }
  });

  test('statuses, and a conflict that may be about an earlier request with the key', () => {
    const operation = matchOperation(acme, 'POST', '/charges')?.operation;
    if (operation === undefined) throw new Error('no operation');
    const kinds = [402, 503, 404, 303, 409, 422, 400, 200].map(
      (status) => acme.interpret(operation, status, new TextEncoder().encode('{}'), usd(1n)).kind,
    );
    expect(kinds).toEqual([
      'unknown',
      'refused',
      'not_executed',
      'executed',
      'unknown',
      'refused',
      'refused',
      'executed',
    ]);
    expect([acme.resendable, acme.idempotencyHeader, acme.idempotencyWindowMs]).toEqual([true, 'x-once', 86_400_000]);
    expect(acme.credentialHeader).toBe('x-api-key');
  });

  test('refusals in the shape of the file', () => {
    const render = (refusal: Refusal) => {
      const { status, headers, body } = acme.renderRefusal(refusal);
      return { status, type: headers['content-type'], body: JSON.parse(body) as unknown };
    };
    expect(render({ code: 'invalid_request', message: 'No {code}.', param: 'amount' })).toEqual({
      status: 400,
      type: 'application/problem+json',
      body: {
        title: 'Refused (invalid_request)',
        status: 400,
        detail: 'No {code}. Nothing was sent to the provider.',
        list: ['amount', {}],
      },
    });
    expect(render({ code: 'idempotency_mismatch' }).status).toBe(422);
    expect(render({ code: 'outcome_unknown', reservationId: 'res_1', retryResolves: true }).body).toMatchObject({
      list: [null, { reservation_id: 'res_1' }],
    });
  });
});

import type { Currency } from '@keybrake/domain';
import { describe, expect, test } from 'vitest';
import type { DoubtfulCall, EvidenceStep } from './evidence.js';
import type { Operation } from './provider.js';
import { stripe } from './stripe/stripe.js';
import { twilio } from './twilio/twilio.js';

const USD = 'usd' as Currency;
const SENT_MS = Date.parse('2026-11-24T12:00:00Z');
const LATER_MS = SENT_MS + 3_600_000;

const operationOf = (provider: typeof stripe, endpoint: string): Operation => {
  const found = provider.operations.find(({ method, template }) => `${method} ${template}` === endpoint);
  if (found === undefined) throw new Error(`no ${endpoint}`);
  return found;
};

const callOf = (operation: Operation, micros: bigint, body?: string): DoubtfulCall => ({
  template: operation.template,
  actual: operation.actual,
  request: {
    method: operation.method,
    path: operation.template.replace('{AccountSid}', 'AC00000000000000000000000000000000'),
    query: '',
    headers: { 'stripe-account': 'acct_1' },
    body: body === undefined ? undefined : new TextEncoder().encode(body),
  },
  upstreamKey: 'our-key',
  reserved: { currency: USD, micros },
  sentFromMs: SENT_MS,
  sentUntilMs: SENT_MS + 120_000,
});

function next(
  provider: typeof stripe,
  call: DoubtfulCall,
  answers: readonly unknown[],
  nowMs = LATER_MS,
): EvidenceStep {
  if (provider.evidence === undefined) throw new Error('no evidence');
  return provider.evidence.next(call, answers, nowMs);
}

describe('stripe', () => {
  const charges = callOf(operationOf(stripe, 'POST /v1/charges'), 7_000_000n);
  const intents = callOf(operationOf(stripe, 'POST /v1/payment_intents'), 7_000_000n);
  const event = (object: object, more: object = {}) => ({
    id: 'evt_1',
    created: SENT_MS / 1_000,
    request: { id: 'req_1', idempotency_key: 'our-key' },
    data: { object },
    ...more,
  });
  const charge = { object: 'charge', id: 'ch_1', amount: 700, captured: true, currency: 'usd', status: 'succeeded' };
  const page = (data: readonly object[], hasMore = false) => ({ object: 'list', data, has_more: hasMore });

  test('asks for the events of the time, in the account of the request', () => {
    const step = next(stripe, charges, []);
    expect(step).toMatchObject({
      kind: 'look',
      lookUp: { resource: 'events', request: { path: '/v1/events', headers: { 'stripe-account': 'acct_1' } } },
    });
    const query = new URLSearchParams(step.kind === 'look' ? step.lookUp.request.query : '');
    expect([query.get('created[gte]'), query.get('created[lte]')]).toEqual(['1795521600', '1795521720']);
  });

  test('an event with our key and the object of the operation is proof, and says what was moved', () => {
    const own = [event({ ...charge, object: 'customer', id: 'cus_1' }), event({ ...charge, amount: 500 })];
    const foreign = event(charge, { request: { id: 'req_2', idempotency_key: 'another' } });
    expect(next(stripe, charges, [page([foreign, ...own])])).toEqual({
      kind: 'executed',
      found: { objectId: 'ch_1', actualMicros: 5_000_000n },
    });
  });

  test('no event is no proof, not even of nothing; three pages at most', () => {
    expect(next(stripe, charges, [page([])])).toMatchObject({ kind: 'nothing' });
    const others = page([event(charge, { id: 'evt_9', request: { id: null, idempotency_key: null } })], true);
    const second = next(stripe, charges, [others]);
    expect(second.kind === 'look' && second.lookUp.request.query).toContain('starting_after=evt_9');
    expect(next(stripe, charges, [others, others, others])).toMatchObject({ kind: 'nothing' });
  });

  test('of the states of one object the one that moved most counts, and less than reserved is believed only later', () => {
    const intent = { object: 'payment_intent', id: 'pi_1', currency: 'usd', amount: 700, amount_received: 0 };
    const created = event({ ...intent, status: 'requires_confirmation' });
    const succeeded = event({ ...intent, status: 'succeeded', amount_received: 700 });
    const executed = { kind: 'executed', found: { objectId: 'pi_1', actualMicros: 7_000_000n } };
    expect(next(stripe, intents, [page([created, succeeded])], SENT_MS)).toEqual(executed);
    expect(next(stripe, intents, [page([created])], SENT_MS + 59_000)).toMatchObject({ kind: 'nothing' });
    expect(next(stripe, intents, [page([created])], SENT_MS + 60_000)).toEqual({
      kind: 'executed',
      found: { objectId: 'pi_1', actualMicros: 0n },
    });
  });
});

describe('twilio', () => {
  const messages = operationOf(twilio, 'POST /2010-04-01/Accounts/{AccountSid}/Messages.json');
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const fields = { To: '+15005550010', From: '+15005550006', Body: 'hello' };
  const sent = callOf(messages, 20_000n, form(fields));
  const message = {
    sid: 'SM1',
    to: fields.To,
    from: fields.From,
    body: fields.Body,
    num_media: '0',
    date_created: 'Tue, 24 Nov 2026 12:00:30 +0000',
    price: null,
    price_unit: 'USD',
  };
  const page = (list: readonly object[], next_page_uri: string | null = null) => ({ messages: list, next_page_uri });

  test('asks for the messages between the numbers since that day', () => {
    const step = next(twilio, sent, []);
    const query = new URLSearchParams(step.kind === 'look' ? step.lookUp.request.query : '');
    expect([...query]).toEqual([
      ['To', fields.To],
      ['From', fields.From],
      ['DateSent>', '2026-11-24'],
      ['PageSize', '100'],
    ]);
  });

  test.each([
    ['another text', { body: 'Hello' }],
    ['another recipient', { to: '+15005550011' }],
    ['another sender', { from: '+15005550007' }],
    ['with media', { num_media: '1' }],
    ['before the call', { date_created: 'Tue, 24 Nov 2026 11:59:59 +0000' }],
    ['after its time', { date_created: 'Tue, 24 Nov 2026 12:02:01 +0000' }],
    ['no date', { date_created: null }],
  ])('a message %s is not it', (_what, more) => {
    expect(next(twilio, sent, [page([{ ...message, ...more }])])).toMatchObject({ kind: 'nothing' });
  });

  test.each([
    [null, undefined],
    ['-0.00830', 8_300n],
    ['0', 0n],
    ['-12', 12_000_000n],
    ['-0.0000001', undefined],
    ['1e3', undefined],
  ])('price %s moves %s micros', (price, actualMicros) => {
    const found = [{ objectId: 'SM1', actualMicros }];
    expect(next(twilio, sent, [page([{ ...message, price }])])).toEqual({ kind: 'candidates', found });
  });

  test('a price in another currency says nothing about the caps', () => {
    const found = [{ objectId: 'SM1', actualMicros: undefined }];
    const inEuro = { ...message, price: '-0.01', price_unit: 'EUR' };
    expect(next(twilio, sent, [page([inEuro])])).toEqual({ kind: 'candidates', found });
  });

  test('all pages count, and too many are no evidence', () => {
    const uri = '/2010-04-01/Accounts/AC1/Messages.json?To=x&Page=1&PageToken=PA1';
    const more = page([message], uri);
    const second = next(twilio, sent, [more]);
    expect(second.kind === 'look' && second.lookUp.request.query).toBe('To=x&Page=1&PageToken=PA1');
    expect(next(twilio, sent, [more, page([{ ...message, sid: 'SM2' }])])).toMatchObject({
      kind: 'candidates',
      found: [{ objectId: 'SM1' }, { objectId: 'SM2' }],
    });
    expect(next(twilio, sent, [more, more, more])).toMatchObject({ kind: 'nothing' });
  });

  test('a request that was not kept, and a template, can not be compared', () => {
    expect(next(twilio, { ...sent, request: undefined }, [])).toMatchObject({ kind: 'nothing' });
    expect(next(twilio, callOf(messages, 1n, form({ To: fields.To, ContentSid: 'HX1' })), [])).toMatchObject({
      kind: 'nothing',
    });
  });

  test('two requests look alike by what their messages show; a service may choose any sender', () => {
    const request = (more: Record<string, string>) => callOf(messages, 1n, form(more)).request;
    const alike = (one: Record<string, string>, two: Record<string, string>) => {
      const [a, b] = [request(one), request(two)];
      return a === undefined || b === undefined ? undefined : twilio.evidence?.looksLike?.(a, b);
    };
    const { To, Body, From } = fields;
    expect(alike(fields, { Body, To, From, StatusCallback: 'https://example.com' })).toBe(true);
    expect(alike(fields, { To, Body, MessagingServiceSid: 'MG1' })).toBe(true);
    expect(alike(fields, { ...fields, Body: 'bye' })).toBe(false);
    expect(alike(fields, { ...fields, From: '+15005550007' })).toBe(false);
  });

  test('the SID of what was made, whose price is told later', () => {
    const sid = `SM${'0'.repeat(32)}`;
    const operation = operationOf(twilio, 'POST /2010-04-01/Accounts/{AccountSid}/Messages.json');
    const made = (text: string) => twilio.made?.(operation, new TextEncoder().encode(text));
    expect(made(JSON.stringify({ sid }))).toEqual({ objectId: sid, isProvisional: true });
    expect(made('{"sid": 1}')).toBeUndefined();
    expect(made('<html>')).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { parseBody } from './body/parse-body.js';
import { matchOperation } from './operation-match.js';
import { buildOutgoing } from './outgoing.js';
import { parseTarget } from './path.js';
import { isProblem } from './problem.js';
import { providerById } from './registry.js';

type Headers = Readonly<Record<string, readonly string[]>>;

function outgoing(id: 'stripe' | 'twilio' | 'resend', method: string, raw: string, headers: Headers = {}, text = '') {
  const provider = providerById(id);
  const target = parseTarget(raw);
  if (isProblem(target)) throw new Error(target.invalid);
  const match = matchOperation(provider, method, target.path);
  if (match === undefined) throw new Error('no such operation');
  const body = parseBody(match.operation, headers['content-type']?.[0], new TextEncoder().encode(text));
  if (isProblem(body)) throw new Error(body.invalid);
  return buildOutgoing({ provider, match, query: target.query, headers, body });
}

const FORM = { 'content-type': ['application/x-www-form-urlencoded; charset=UTF-8'] };
const OWN = { 'user-agent': 'keybrake', 'accept-encoding': 'identity' };

describe('headers', () => {
  test('only allowed ones go on, with the content type of what was parsed', () => {
    const headers = {
      ...FORM,
      accept: ['application/json'],
      'stripe-version': ['2026-01-28.clover'],
      'stripe-account': ['acct_other'],
      'stripe-context': ['acct_other'],
      'idempotency-key': ['abc'],
      authorization: ['Bearer vk_default_x'],
      'user-agent': ['agent/1'],
      'x-stripe-client-user-agent': ['{}'],
      'x-http-method-override': ['DELETE'],
      connection: ['stripe-version'],
      host: ['evil.example'],
      cookie: ['a=b'],
    };
    expect(outgoing('stripe', 'POST', '/v1/charges', headers, 'amount=%31')).toEqual({
      method: 'POST',
      path: '/v1/charges',
      query: '',
      headers: {
        ...OWN,
        accept: 'application/json',
        'stripe-version': '2026-01-28.clover',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new TextEncoder().encode('amount=1'),
    });
  });

  test('an empty body keeps the content type that its operation takes', () => {
    expect(outgoing('stripe', 'POST', '/v1/payment_intents/pi_1/cancel', FORM)).toEqual({
      method: 'POST',
      path: '/v1/payment_intents/pi_1/cancel',
      query: '',
      headers: { ...OWN, 'content-type': 'application/x-www-form-urlencoded' },
      body: undefined,
    });
  });

  test.each([
    { 'content-encoding': ['gzip'] },
    { 'content-encoding': ['identity', 'gzip'] },
    { 'content-type': ['application/x-www-form-urlencoded', 'application/json'] },
    { 'stripe-version': ['2026-01-28', '2015-01-01'] },
    { 'stripe-version': ['2026\u00e9'] },
    { accept: ['a\r\nx: y'] },
    { accept: ['x'.repeat(257)] },
  ] as Headers[])('%j is refused', (headers) => {
    expect(outgoing('stripe', 'POST', '/v1/charges', headers)).toHaveProperty('invalid');
  });
});

describe('query', () => {
  const queryOf = (raw: string, method = 'GET') => {
    const request = outgoing('stripe', method, `/v1/charges?${raw}`);
    return isProblem(request) ? request : request.query;
  };

  test('parameters of a read are written anew', () => {
    expect(queryOf('limit=3&created[gte]=1&expand[0]=data.customer&expand%5b%5d=a;b')).toBe(
      'limit=3&created%5Bgte%5D=1&expand%5B0%5D=data.customer&expand%5B%5D=a%3Bb',
    );
    const twilio = outgoing(
      'twilio',
      'GET',
      '/2010-04-01/Accounts/AC1/Messages.json?DateSent%3E=2026-01-01&To=%2B1415',
    );
    expect(twilio).toMatchObject({ query: 'DateSent%3E=2026-01-01&To=%2B1415' });
  });

  test.each(['_method=DELETE', 'a%20b=1', 'created[gte=1', '[limit]=1', '1=2', 'limit%5D=1'])(
    '%s is refused',
    (raw) => {
      expect(queryOf(raw)).toHaveProperty('invalid');
    },
  );

  test('a call that changes something takes none: the provider could read an amount from it', () => {
    expect(queryOf('amount=999', 'POST')).toHaveProperty('invalid', expect.stringContaining('POST /v1/charges'));
    expect(queryOf('expand[]=customer', 'POST')).toHaveProperty('invalid');
  });
});

describe('credentials', () => {
  const authorized = (id: 'stripe' | 'twilio' | 'resend', method: string, path: string) => {
    const request = outgoing(id, method, path);
    if (isProblem(request)) throw new Error(request.invalid);
    return providerById(id).authorize(request, { secret: 'real_secret', accountSid: 'ACreal' });
  };

  test('Stripe and Resend take a bearer', () => {
    expect(authorized('stripe', 'GET', '/v1/balance').headers).toEqual({ ...OWN, authorization: 'Bearer real_secret' });
    expect(authorized('resend', 'GET', '/emails').headers).toEqual({ ...OWN, authorization: 'Bearer real_secret' });
  });

  test("Twilio takes Basic, and the credential's account whatever the agent names", () => {
    const request = authorized('twilio', 'GET', '/2010-04-01/Accounts/ACfake/Messages/SM1.json');
    expect(request.path).toBe('/2010-04-01/Accounts/ACreal/Messages/SM1.json');
    expect(atob(String(request.headers.authorization).replace('Basic ', ''))).toBe('ACreal:real_secret');
    const list = outgoing('twilio', 'GET', '/2010-04-01/Accounts/AC1/Messages.json');
    if (isProblem(list)) throw new Error(list.invalid);
    expect(() => providerById('twilio').authorize(list, { secret: 's' })).toThrow('account SID');
  });
});

import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;
let stripeKey: IssuedKey;
let resendKey: IssuedKey;
let twilioKey: IssuedKey;

beforeAll(async () => {
  system = await startSystem();
  stripeKey = await system.issueKey({ allowedOperations: ['*:*'], capMinor: '1000000' });
  twilioKey = await system.issueKey({ provider: 'twilio', allowedOperations: ['*:*'], capMinor: '1000000' });
  resendKey = await system.issueKey({ provider: 'resend', allowedOperations: ['*:*'], capMinor: '1000000' });
});
afterAll(async () => {
  await system.stop();
});

interface Raw {
  readonly method?: string;
  /** As it is on the wire: no client has tidied it up. */
  readonly path: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

function send(raw: Raw): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  const { hostname, port } = new URL(system.gatewayUrl);
  return new Promise((resolve, reject) => {
    const { method = 'POST', path, headers = {}, body } = raw;
    const outgoing = request({ hostname, port, method, path, headers, setHost: true }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const form = (body: string | Buffer, more: Raw['headers'] = {}): Raw => ({
  path: '/stripe/v1/charges',
  headers: {
    authorization: `Bearer ${stripeKey.vaultKey}`,
    'content-type': 'application/x-www-form-urlencoded',
    ...more,
  },
  body,
});

/** Refused in the provider's shape, nothing at the provider, nothing held. */
async function refused(raw: Raw, status: number | readonly number[], shape: object): Promise<void> {
  const before = (await system.witness(undefined)).length;
  const answer = await send(raw);
  expect(Array.isArray(status) ? status : [status], answer.text).toContain(answer.status);
  expect(JSON.parse(answer.text)).toMatchObject(shape);
  expect(String(answer.headers['content-type'])).toContain('application/json');
  expect((await system.witness(undefined)).length).toBe(before);
  const held = await system.sql(`select counter from admission.balances where held_micros <> 0`);
  expect(held).toEqual([]);
}

const stripeShape = { error: { type: expect.any(String), message: expect.any(String) } };

describe('a Stripe form', () => {
  test.each([
    ['no amount', 'currency=usd&source=tok_visa'],
    ['duplicate amount', 'amount=100&amount=999999&currency=usd'],
    ['exponent', 'amount=1e6&currency=usd'],
    ['hexadecimal', 'amount=0x64&currency=usd'],
    ['negative', 'amount=-100&currency=usd'],
    ['plus sign', 'amount=%2B100&currency=usd'],
    ['space', 'amount=%20100&currency=usd'],
    ['fraction', 'amount=100.5&currency=usd'],
    ['leading zero', 'amount=0100&currency=usd'],
    ['other digits', 'amount=%EF%BC%91%EF%BC%90%EF%BC%90&currency=usd'],
    ['zero', 'amount=0&currency=usd'],
    ['huge', `amount=${'9'.repeat(30)}&currency=usd`],
    ['list', 'amount[]=100&currency=usd'],
    ['indexed', 'amount[0]=100&currency=usd'],
    ['nested', 'amount[value]=100&currency=usd'],
    ['nested beside', 'amount=100&amount[x]=5&currency=usd'],
    ['escaped name twice', 'amount=100&%61mount=900&currency=usd'],
    ['unknown currency', 'amount=100&currency=zzz'],
    ['no currency', 'amount=100'],
    ['bad escape', 'amount=100&currency=usd&description=%zz'],
    ['half an escape', 'amount=100&currency=usd&description=%e'],
    ['bad UTF-8', 'amount=100&currency=usd&description=%ff%fe'],
    ['no equals sign', 'amount=100&currency=usd&garbage'],
    ['NUL in a name', 'amount%00=100&currency=usd'],
  ])('%s: 400', async (_name, body) => {
    await refused(form(body), 400, stripeShape);
  });

  test('byte order mark: 400', () => refused(form(Buffer.from('\ufeffamount=100&currency=usd')), 400, stripeShape));
  test('JSON where a form belongs: 400', () =>
    refused(form('{"amount":100,"currency":"usd"}', { 'content-type': 'application/json' }), 400, stripeShape));
  test('multipart: 400', () =>
    refused(form('--x\r\n\r\n', { 'content-type': 'multipart/form-data; boundary=x' }), 400, stripeShape));
  test('another charset: 400', () =>
    refused(
      form('amount=100&currency=usd', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' }),
      400,
      stripeShape,
    ));
  test('compressed: 400', () =>
    refused(form('amount=100&currency=usd', { 'content-encoding': 'gzip' }), 400, stripeShape));
  test('a body of 300 KB: 400', () =>
    refused(form(`amount=100&currency=usd&description=${'x'.repeat(300_000)}`), 400, stripeShape));
  test('two idempotency keys: 400', () =>
    refused(form('amount=100&currency=usd', { 'idempotency-key': ['a', 'b'] }), 400, stripeShape));
  test('an idempotency key of 300 characters: 400', () =>
    refused(form('amount=100&currency=usd', { 'idempotency-key': 'k'.repeat(300) }), 400, stripeShape));
  test('a run id with a space: 400', () =>
    refused(form('amount=100&currency=usd', { 'keybrake-run-id': 'run 7' }), 400, stripeShape));
});

describe('paths', () => {
  test.each([
    '/stripe/v1/charges/',
    '/stripe/v1//charges',
    '/stripe//v1/charges',
    '/stripe/v1/./charges',
    '/stripe/v1/charges/../payouts',
    '/stripe/v1/charges/%2e%2e/payouts',
    '/stripe/v1/charges%2F..%2Fpayouts',
    '/stripe/v1/%63harges',
    '/stripe/v1/charges;x=1',
    '/stripe/v1\\charges',
    '/stripe/v1/CHARGES',
    '/stripe/v1/payouts/po_1/steal',
    '/stripe/v1/charges/ch_1/capture/more',
    '/stripe/../twilio/v1/charges',
    '//evil.example/v1/charges',
    'http://evil.example/v1/charges',
    '/stripe/v1/charges?amount=5',
  ])('%s: refused', async (path) => {
    await refused({ ...form('amount=100&currency=usd'), path }, [400, 403], stripeShape);
  });

  test('a method override is not heeded', () =>
    refused(
      {
        ...form('amount=100&currency=usd', { 'x-http-method-override': 'GET' }),
        path: '/stripe/v1/payouts/po_1/steal',
      },
      403,
      stripeShape,
    ));
});

describe('callers', () => {
  const unknownKey = `vk_default_aaaaaaaaaaaaaaaa_${'A'.repeat(43)}`;
  test.each([
    ['no key', {}],
    ['not a vault key', { authorization: 'Bearer sk_test_123' }],
    ['unknown key', { authorization: `Bearer ${unknownKey}` }],
    ['wrong scheme', { authorization: 'Digest x' }],
  ])('%s: 401', async (_name, headers) => {
    await refused({ path: '/stripe/v1/charges', headers, body: 'amount=100&currency=usd' }, 401, stripeShape);
  });

  test('a wrong secret gets the same body as an unknown key', async () => {
    const wrong = stripeKey.vaultKey.replace(/[A-Za-z0-9_-]{43}$/, 'B'.repeat(43));
    const answers = await Promise.all(
      [wrong, unknownKey].map((key) =>
        send({ path: '/stripe/v1/charges', headers: { authorization: `Bearer ${key}` } }),
      ),
    );
    expect(answers[0]?.text).toBe(answers[1]?.text);
  });

  test('a Stripe key on the Twilio door: refused in Twilio’s shape', () =>
    refused(
      {
        ...form('To=%2B15005550006'),
        path: '/twilio/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json',
      },
      403,
      { code: expect.any(Number), message: expect.any(String), status: 403 },
    ));
});

describe('a Resend body', () => {
  const json = (body: string): Raw => ({
    path: '/resend/emails',
    headers: { authorization: `Bearer ${resendKey.vaultKey}`, 'content-type': 'application/json' },
    body,
  });
  const shape = { statusCode: 400, name: expect.any(String), message: expect.any(String) };
  test.each([
    ['not JSON', 'to=a@example.com'],
    ['cut off', '{"to":"a@example.com"'],
    ['duplicate key', '{"to":"a@example.com","to":["b@example.com","c@example.com"]}'],
    ['escaped duplicate key', '{"to":"a@example.com","\\u0074o":["b@example.com"]}'],
    ['trailing comma', '{"to":"a@example.com",}'],
    ['NaN', '{"to":"a@example.com","x":NaN}'],
    ['prototype', '{"__proto__":{"to":"a@example.com"}}'],
    ['a number as recipient', '{"to":5}'],
    ['deep', `{"to":${'['.repeat(60)}${']'.repeat(60)}}`],
    ['list where an object belongs', '[{"to":"a@example.com"}]'],
    ['nothing', ''],
  ])('%s: 400', async (_name, body) => {
    await refused(json(body), 400, shape);
  });
});

describe('a Twilio body', () => {
  const path = '/twilio/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json';
  const basic = () =>
    `Basic ${Buffer.from(`AC00000000000000000000000000000000:${twilioKey.vaultKey}`).toString('base64')}`;
  test.each([
    ['no To', 'From=%2B15005550006&Body=hi'],
    ['two To', 'To=%2B15005550001&To=%2B15005550002&From=%2B15005550006&Body=hi'],
    ['two bodies', 'To=%2B15005550001&From=%2B15005550006&Body=hi&Body=ho'],
  ])('%s: 400', async (_name, body) => {
    const headers = { authorization: basic(), 'content-type': 'application/x-www-form-urlencoded' };
    await refused({ path, headers, body }, 400, { code: expect.any(Number), message: expect.any(String), status: 400 });
  });
});

test('every refusal of a known key is in its audit', async () => {
  const { data } = await system.admin<{ data: { decision: string }[] }>(
    'GET',
    `/v1/audit?vaultKeyId=${stripeKey.id}&limit=100`,
  );
  expect(data.length).toBeGreaterThanOrEqual(50);
  expect(data.every(({ decision }) => decision === 'denied')).toBe(true);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchOperation } from './operation-match.js';
import { parseTarget } from './path.js';
import { isProblem } from './problem.js';
import { providers } from './registry.js';

const ESCAPES = [
  '%2e',
  '%2E',
  '%2e%2e',
  '%2f',
  '%2F',
  '%5c',
  '%00',
  '%0a',
  '%0d%0a',
  '%20',
  '%61',
  '%3b',
  '%23',
  '%3f',
];
const PARTS = [
  '.',
  '..',
  '...',
  '',
  ';',
  ';x=1',
  '\\',
  '\\..',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '\x7f',
  '\u00e9',
  '\uff0e',
];
const CHARS = [
  '"',
  "'",
  '<',
  '>',
  '|',
  '^',
  '`',
  '{',
  '}',
  '$',
  '&',
  '=',
  '+',
  ',',
  '@',
  ':',
  '!',
  '*',
  '(',
  ')',
  '[',
  ']',
  '#',
];

const TRICKS = [
  ...ESCAPES.flatMap((code) => [`/v1/charges${code}`, `/v1/${code}/charges`, `/v1/charges/${code}/payouts`]),
  ...PARTS.flatMap((part) => [`/v1/${part}/charges`, `/v1/charges/${part}`]),
  ...CHARS.map((char) => `/v1/char${char}ges`),
  '',
  '/',
  'v1/charges',
  '*',
  '?limit=1',
  '//evil.example/v1/charges',
  '///v1/charges',
  '/\\evil.example/v1',
  '\\\\evil.example/v1',
  '/\t/evil.example/v1',
  'http://evil.example/v1/charges',
  'https://api.stripe.com/v1/charges',
  'HTTP://api.stripe.com/v1/charges',
  'file:///etc/passwd',
  'evil.example:443',
  '/v1/charges/',
  '/v1/charges//',
  '/v1//charges',
  '/v1/charges/../payouts',
  '/v1/charges/./payouts',
  '/v1/charges/..',
  '/../v1/charges',
  '/./v1/charges',
  '/v1/charges/.%2e/payouts',
  '/v1/charges/..;/payouts',
  '/v1/charges;jsessionid=1',
  '/v1/charges%252e%252e/payouts',
  '/api%2e%2e/v1',
  '/%61dmin',
  '/v1/ch\u0430rges',
  '/v1/charges\u2028',
  `/v1/${'a'.repeat(509)}`,
];

test('a trailing slash is refused, unless the provider ignores it', () => {
  expect(parseTarget('/messages/')).toHaveProperty('invalid');
  for (const rule of ['dropped', 'sent'] as const) {
    expect(parseTarget('/messages/?limit=1', rule)).toEqual({
      path: '/messages',
      query: [{ name: 'limit', value: '1' }],
    });
    expect(parseTarget('/messages', rule)).toEqual({ path: '/messages', query: [] });
    for (const odd of ['/messages//', '//', '/', '/a//b/'])
      expect(parseTarget(odd, rule), odd).toHaveProperty('invalid');
  }
});

describe('paths', () => {
  test('there are more than 100 tricks, all different', () => {
    expect(new Set(TRICKS).size).toBeGreaterThan(100);
    expect(TRICKS.length - new Set(TRICKS).size).toBeLessThan(10);
  });

  test.each(TRICKS)('%j is refused', (raw) => {
    expect(isProblem(parseTarget(raw))).toBe(true);
  });

  test.each([
    '/v1/charges',
    '/v1/charges/ch_3Nabc',
    '/2010-04-01/Accounts/AC0123/Messages.json',
    '/2010-04-01/Accounts/AC0123/Messages/SM~1.json',
    '/emails/4ef9a417-02e9-4d39-ad75-9611e0fcc33c',
    `/v1/${'a'.repeat(508)}`,
  ])('%s is taken as it is', (raw) => {
    expect(parseTarget(raw)).toEqual({ path: raw, query: [] });
  });

  test('whatever is taken means the same to the URL parser of the platform', () => {
    const text = fc.string({ unit: fc.constantFrom(...'/.%;\\?#a1_-~@:2ef \t'), maxLength: 20 });
    fc.assert(
      fc.property(text, (tail) => {
        const target = parseTarget(`/${tail}`);
        if (isProblem(target)) return;
        const url = new URL(`/${tail}`, 'https://api.stripe.com');
        expect(url.host).toBe('api.stripe.com');
        expect(url.pathname).toBe(target.path);
      }),
      { numRuns: 2_000 },
    );
  });

  test('no trick matches an operation of any provider, were it not refused before', () => {
    for (const provider of providers.values()) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const matched = TRICKS.filter((raw) => raw.length < 500 && matchOperation(provider, method, raw) !== undefined);
        expect(matched).toEqual([]);
      }
    }
  });
});

describe('queries', () => {
  const queryOf = (raw: string) => {
    const target = parseTarget(`/v1/charges?${raw}`);
    return isProblem(target) ? target : target.query.map(({ name, value }) => [name, value]);
  };

  test('names and values are decoded once', () => {
    expect(queryOf('created%5Bgte%5D=1&email=a%2Bb%40c.de&query=a+b%2520')).toEqual([
      ['created[gte]', '1'],
      ['email', 'a+b@c.de'],
      ['query', 'a b%20'],
    ]);
    expect(queryOf('')).toEqual([]);
    expect(queryOf('limit=')).toEqual([['limit', '']]);
  });

  test('a list may repeat its name', () => {
    expect(queryOf('expand[]=a&expand%5B%5D=b')).toEqual([
      ['expand[]', 'a'],
      ['expand[]', 'b'],
    ]);
  });

  test.each([
    'limit=1&limit=2',
    'limit=1&%6cimit=2',
    'limit',
    '=1',
    '&',
    'limit=1&',
    '&limit=1',
    'limit=1&&expand=2',
    'limit=%',
    'limit=%2',
    'limit=%zz',
    'limit=%ff',
    'limit=%c0%ae',
    'limit=%ed%a0%80',
    'limit=%00',
    'limit=1#x',
    'limit=\\',
    'limit=\u00e9',
    'limit= 1',
    `limit=${'1'.repeat(4_100)}`,
    Array.from({ length: 101 }, (_, index) => `a${index}=1`).join('&'),
  ])('%j is refused', (raw) => {
    expect(queryOf(raw)).toHaveProperty('invalid');
  });
});

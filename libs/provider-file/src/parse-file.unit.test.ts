import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseProviderFile } from './parse-file.js';

const VALID = `providers:
  - id: acme
    baseUrl: https://api.acme.example
    credential: { in: bearer }
    idempotency: { header: Idempotency-Key, windowHours: 24 }
    requestHeaders: [accept]
    errors: { body: { message: '{message}' } }
    prices: { page: '0.05' }
    operations:
      - call: POST /faxes
        resource: faxes
        class: money
        direction: out
        body: json
        price: { currency: usd, micros: body.pages * prices.page }
      - { call: 'GET /faxes/{id}', resource: faxes, class: read }
`;

function problemsOf(text: string): readonly string[] {
  const reading = parseProviderFile(text);
  return reading.kind === 'problems' ? reading.problems : [];
}

function providersOf(text: string) {
  const reading = parseProviderFile(text);
  if (reading.kind === 'problems') throw new Error(reading.problems.join('\n'));
  return reading.providers;
}

test('a right file, also as JSON', () => {
  const json = JSON.stringify({
    providers: [
      {
        id: 'acme',
        baseUrl: 'https://api.acme.example',
        credential: { in: 'bearer' },
        idempotency: 'none',
        errors: { body: { message: '{message}' } },
        operations: [{ call: 'GET /faxes', resource: 'faxes', class: 'read' }],
      },
    ],
  });
  expect(providersOf(VALID).map(({ id, operations }) => [id, operations.length])).toEqual([['acme', 2]]);
  expect(providersOf(json).map(({ id, resendable }) => [id, resendable])).toEqual([['acme', false]]);
});

test.each(['shippo', 'plivo'])('docs/providers/%s.yaml', (id) => {
  const text = readFileSync(new URL(`../../../docs/providers/${id}.yaml`, import.meta.url), 'utf8');
  expect(providersOf(text).map((provider) => provider.id)).toEqual([id]);
});

test.each<[change: string, to: string, problem: string]>([
  [
    '    credential: { in: bearer }',
    '    credential: { in: bearer',
    '5:5: Flow map in block collection must be sufficiently indented and end with a }',
  ],
  ['    requestHeaders:', '    id: b\n    requestHeaders:', '6:5: Map keys must be unique'],
  [
    'id: acme',
    'id: Acme',
    '2:9: providers[0].id must be 1 to 31 lower-case letters, digits and dashes, such as shippo',
  ],
  ['id: acme', 'id: stripe', "2:9: providers[0].id can't be used: there is another provider stripe"],
  ['id: acme', 'id: emails', "2:9: providers[0].id can't be used: paths of resend begin with /emails"],
  ['id: acme', 'id: readyz', "2:9: providers[0].id can't be used: /readyz is a path of Keybrake itself"],
  [
    'https://api.acme.example',
    'http://api.acme.example',
    '3:14: providers[0].baseUrl must be an https address without query or slash at its end',
  ],
  ['in: bearer', 'in: query', '4:23: providers[0].credential.in must be bearer, basic or header'],
  [
    'in: bearer',
    'in: header, header: X-Key, value: abc',
    '4:53: providers[0].credential.value must hold {secret} once',
  ],
  [
    'in: bearer',
    'in: basic, user: account, password: secret',
    '4:36: providers[0].credential.user needs a member account, which says what the id looks like',
  ],
  ['windowHours: 24', 'windowHours: 1', '5:58: providers[0].idempotency.windowHours must be at least 2'],
  [
    'windowHours: 24',
    'windowHours: 24, window: 1',
    '5:62: providers[0].idempotency.window is not known here; the members are header, windowHours, keyMaxLength',
  ],
  [
    '{ header: Idempotency-Key, windowHours: 24 }',
    'sometimes',
    '5:18: providers[0].idempotency must be none, or an object of header and windowHours',
  ],
  ['[accept]', '[accept, Cookie]', '6:30: providers[0].requestHeaders[1] is a header that is never passed on'],
  ['[accept]', '[idempotency-key]', '6:22: providers[0].requestHeaders[0] is put in by Keybrake and not passed on'],
  [
    "'{message}'",
    "'{mesage}'",
    '7:21: providers[0].errors.body {mesage} is no placeholder; there are {status}, {code}, {message}, {param}, {docs}, {details}',
  ],
  ["'{message}'", 'no', '7:21: providers[0].errors.body must hold {message}, which says what to do'],
  [
    "'0.05'",
    '0.05',
    '8:21: providers[0].prices.page must be a text in quotes, such as "0.05", so that no reader takes it for a binary fraction',
  ],
  ["'0.05'", "'0.0000005'", '8:21: providers[0].prices.page must be a decimal such as "0.05", with 6 places at most'],
  [
    '    prices:',
    '    statuses: { refused: [404], unknown: [404] }\n    prices:',
    '8:43: providers[0].statuses.unknown[0] is in refused too: keep one',
  ],
  ['Idempotency-Key', 'Cookie', '5:28: providers[0].idempotency.header is no header for an idempotency key'],
  [
    'in: bearer',
    "in: header, header: Host, value: '{secret}'",
    '4:39: providers[0].credential.header is no header for a key',
  ],
  [
    'in: bearer',
    "in: header, header: Idempotency-Key, value: '{secret}'",
    '5:28: providers[0].idempotency.header is the header of the key',
  ],
  [
    'POST /faxes',
    'POST /faxes/',
    '10:15: providers[0].operations[0].call must be a method and a path template without a slash at its end, such as POST /v1/charges/{id}',
  ],
  ['class: money', 'class: mony', '12:16: providers[0].operations[0].class must be read, free, money or denied'],
  ['        direction: out\n', '', '10:9: providers[0].operations[0].direction is missing: write in or out'],
  [
    'direction: out',
    'dirction: out',
    '13:9: providers[0].operations[0].dirction is not known here; the members are call, resource, action, body, fields, class, direction, unpriced, lookUp, price, actual',
  ],
  ['body.pages', 'bdy.pages', '15:41: providers[0].operations[0].price.micros Unknown variable: bdy'],
  ['prices.page }', 'prices.pag }', '15:61: providers[0].operations[0].price.micros No such key: pag'],
  [
    'micros: body.pages',
    'minor: 1, micros: body.pages',
    '15:16: providers[0].operations[0].price must have one of micros (millionths of the major unit) and minor (such as cents)',
  ],
  ['currency: usd', 'currency: btc', '15:28: providers[0].operations[0].price.currency is not a known currency'],
  [
    'currency: usd, ',
    '',
    '15:16: providers[0].operations[0].price must have one of currency (a code) and currencyFrom (an expression)',
  ],
  [
    '        price: { currency: usd, micros: body.pages * prices.page }\n',
    '',
    '10:9: providers[0].operations[0] has no price: write one, or in unpriced why there is none',
  ],
  [
    '        price:',
    '        unpriced: [{ when: body.x, reasn: y }]\n        price:',
    '15:36: providers[0].operations[0].unpriced[0].reasn is not known here; the members are when, reason',
  ],
  [
    '        price:',
    '        lookUp: { call: GET /pages, ids: {} }\n        price:',
    '15:25: providers[0].operations[0].lookUp.call must be the call of an operation of class read in this list',
  ],
  [
    '        price:',
    "        lookUp: { call: 'GET /faxes/{id}', ids: { i: body.x } }\n        price:",
    "15:49: providers[0].operations[0].lookUp.ids lacks id, which is in the call's path",
  ],
  [
    "'GET /faxes/{id}', resource: faxes, class: read",
    "'GET /faxes/{id}', resource: faxes, class: free",
    '16:60: providers[0].operations[1].class must be read or denied for GET',
  ],
  ["'GET /faxes/{id}'", 'POST /faxes', '16:17: providers[0].operations[1].call is that of operations[0]'],
])('%j for %j', (from, to, problem) => {
  const text = VALID.replace(from, to);
  expect(text).not.toBe(VALID);
  expect(problemsOf(text)).toContain(problem);
});

test('everything that is wrong is named at once, in the order of the file', () => {
  const text = VALID.replace('id: acme', 'id: acme!')
    .replace("'0.05'", '0.05')
    .replace('body.pages', 'bdy.pages')
    .replace('class: read', 'class: red');
  expect(problemsOf(text).map((problem) => problem.split(' ', 2).join(' '))).toEqual([
    '2:9: providers[0].id',
    '8:21: providers[0].prices.page',
    '15:41: providers[0].operations[0].price.micros',
    '16:60: providers[0].operations[1].class',
  ]);
});

test('no alias, no tag, no second document', () => {
  for (const text of [`a: &x [1]\nb: *x\n`, `--- a\n--- b\n`, `providers: !!js/function 'x'\n`]) {
    expect(problemsOf(text).join()).toMatch(/^\d+:\d+: /);
  }
});

import { describe, expect, test } from 'vitest';
import { matchOperation } from '../operation-match.js';
import { isProblem } from '../problem.js';
import { providerById } from '../registry.js';
import { parseBody } from './parse-body.js';

const operation = (id: 'stripe' | 'resend', method: string, path: string) => {
  const matched = matchOperation(providerById(id), method, path);
  if (matched === undefined) throw new Error('no such operation');
  return matched.operation;
};
const charge = operation('stripe', 'POST', '/v1/charges');
const email = operation('resend', 'POST', '/emails');
const read = operation('stripe', 'GET', '/v1/charges');
const bytes = (text: string) => new TextEncoder().encode(text);

const FORM = 'application/x-www-form-urlencoded';

describe('content types', () => {
  test.each([FORM, `${FORM}; charset=utf-8`, `${FORM};charset=UTF-8`, `${FORM}; charset="utf-8"`, FORM.toUpperCase()])(
    'a form may come as %s',
    (type) => {
      const body = parseBody(charge, type, bytes('amount=1'));
      expect(body).toMatchObject({ contentType: FORM, canonical: bytes('amount=1') });
    },
  );

  test.each([
    undefined,
    '',
    'text/plain',
    'application/json',
    `${FORM}; charset=utf-16`,
    `${FORM}; charset=iso-8859-1`,
    `${FORM}; charset=utf-7`,
    `${FORM}; boundary=x`,
    `${FORM}, application/json`,
    `x${FORM}`,
    'multipart/form-data; boundary=x',
  ])('a form may not come as %s', (type) => {
    expect(parseBody(charge, type, bytes('amount=1'))).toHaveProperty('invalid');
  });

  test('JSON comes as JSON only', () => {
    expect(parseBody(email, 'application/json; charset=utf-8', bytes('{}'))).toMatchObject({
      contentType: 'application/json',
    });
    expect(parseBody(email, FORM, bytes('{}'))).toHaveProperty('invalid');
    expect(parseBody(email, 'application/problem+json', bytes('{}'))).toHaveProperty('invalid');
    expect(parseBody(charge, 'application/json', bytes('{"amount":1}'))).toHaveProperty('invalid');
  });
});

test('an empty body is no fields, whatever its type', () => {
  for (const type of [undefined, FORM, 'application/json']) {
    const body = parseBody(charge, type, new Uint8Array());
    expect(isProblem(body)).toBe(false);
    expect(body).toMatchObject({ canonical: new Uint8Array(), root: { kind: 'object', fields: new Map() } });
  }
});

test('a read takes no body', () => {
  expect(parseBody(read, FORM, new Uint8Array())).toMatchObject({ canonical: new Uint8Array() });
  expect(parseBody(read, FORM, bytes('amount=1'))).toHaveProperty('invalid');
});

test("a read's empty JSON object, as resend-python sends it, counts as no body; nothing else does", () => {
  expect(parseBody(read, 'application/json', bytes('{}'))).toEqual(parseBody(read, undefined, new Uint8Array()));
  for (const text of ['{"a":1}', '[]', '{', '{}{}', 'null', '{} ']) {
    expect(parseBody(read, 'application/json', bytes(text))).toHaveProperty('invalid');
  }
  for (const type of [undefined, FORM, 'text/plain'])
    expect(parseBody(read, type, bytes('{}'))).toHaveProperty('invalid');
});

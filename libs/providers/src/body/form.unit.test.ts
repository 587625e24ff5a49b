import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem } from '../problem.js';
import { parseForm } from './form.js';
import { fieldsOf } from './parsed-body.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, repeatable: readonly string[] = []) => {
  const body = parseForm(bytes(text), repeatable);
  if (isProblem(body)) return body;
  return { fields: Object.fromEntries(fieldsOf(body)), canonical: new TextDecoder().decode(body.canonical) };
};
const text = (value: string) => ({ kind: 'text', text: value });

describe('accepted', () => {
  test('fields in their order, names with brackets, written anew by one rule', () => {
    expect(read("currency=usd&amount=1000&metadata[order id]=a+b%2Bc;d&note=it's*(ok)!")).toEqual({
      fields: {
        currency: text('usd'),
        amount: text('1000'),
        'metadata[order id]': text('a b+c;d'),
        note: text("it's*(ok)!"),
      },
      canonical: 'currency=usd&amount=1000&metadata%5Border%20id%5D=a%20b%2Bc%3Bd&note=it%27s%2A%28ok%29%21',
    });
  });

  test('two spellings of one body have one canonical form', () => {
    const plain = read('description=caf\u00e9&expand[]=customer', []);
    const escaped = read('%64escription=caf%c3%a9&expand%5b%5d=customer', []);
    expect(plain).toEqual(escaped);
  });

  test('a repeatable field becomes a list and keeps its places', () => {
    expect(read('MediaUrl=a&Body=x&MediaUrl=b', ['MediaUrl'])).toEqual({
      fields: { MediaUrl: { kind: 'list', items: [text('a'), text('b')] }, Body: text('x') },
      canonical: 'MediaUrl=a&Body=x&MediaUrl=b',
    });
  });

  test('an empty value, and 1,000 fields', () => {
    expect(read('description=')).toMatchObject({ fields: { description: text('') } });
    const many = Array.from({ length: 1_000 }, (_, index) => `f${index}=1`).join('&');
    expect(read(many)).toMatchObject({ canonical: many });
  });

  test('any fields survive, as another parser reads them', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_]{1,12}(\[[A-Za-z0-9 .%&=+;\u00e9\u{1f600}]{0,6}\]){0,2}$/u);
    const value = fc.string({ unit: 'binary' }).filter((it) => it.isWellFormed() && !it.includes('\0'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, minLength: 1 }), (pairs) => {
        const body = parseForm(bytes(new URLSearchParams(pairs).toString()), []);
        if (isProblem(body)) throw new Error(body.invalid);
        expect([...new URLSearchParams(new TextDecoder().decode(body.canonical))]).toEqual(pairs);
        expect([...fieldsOf(body)]).toEqual(pairs.map(([key, it]) => [key, text(it)]));
      }),
    );
  });
});

describe('refused', () => {
  test.each([
    'amount=100&amount=999999',
    'amount=100&%61mount=999999',
    'expand[0]=a&expand[0]=b',
    'amount',
    'amount=100&',
    '&amount=100',
    'amount=100&&currency=usd',
    '=100',
    'amount=%',
    'amount=%4',
    'amount=%g0',
    'amount=%ff',
    'amount=%c0%ae',
    'amount=%ed%a0%80',
    'amount=100%00',
    'amount%00=100',
    ' amount=100',
    'amount =100',
    '+amount=100',
    'amount%20=100',
    'amount.x=100',
    'amount[=100',
    'amount]=100',
    'amount[[x]]=100',
    'amount[x]y=100',
    '[amount]=100',
    'a\nmount=100',
    'am\u00f6unt=100',
    '\u{feff}amount=100',
    '{"amount":100}',
    `${'n'.repeat(256)}=1`,
    `a${'[x]'.repeat(11)}=1`,
    Array.from({ length: 1_001 }, (_, index) => `f${index}=1`).join('&'),
  ])('%j', (body) => {
    expect(read(body)).toHaveProperty('invalid', expect.stringMatching(/\.$/));
  });

  test('bytes that are not UTF-8', () => {
    const invalid = [[0xff], [0xc0, 0xae], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xef, 0xbb, 0xbf]];
    for (const tail of invalid) {
      const start = tail[0] === 0xef ? [] : bytes('amount=');
      expect(parseForm(Uint8Array.from([...start, ...tail, ...bytes('a=1')]), [])).toHaveProperty('invalid');
    }
    expect(parseForm(Uint8Array.from(Buffer.from('\ufeffa=1', 'utf16le')), [])).toHaveProperty('invalid');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem } from '../problem.js';
import { parseJson } from './json.js';
import { fieldsOf } from './parsed-body.js';

const read = (text: string) => parseJson(new TextEncoder().encode(text));
const canonicalOf = (text: string) => {
  const body = read(text);
  return isProblem(body) ? body : new TextDecoder().decode(body.canonical);
};
const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

describe('accepted', () => {
  test('key order and the text of numbers are kept, spaces are not', () => {
    expect(canonicalOf(' {"b" : 1e6 , "a":[1.0, -0.50,true,null ],"c":"\\u0041\\/\u00e9"}\r\n')).toBe(
      '{"b":1e6,"a":[1.0,-0.50,true,null],"c":"A/\u00e9"}',
    );
    expect(canonicalOf('[]')).toBe('[]');
    expect(canonicalOf('{ }')).toBe('{}');
    expect(canonicalOf(nested(20))).toBe(nested(20));
  });

  test('a number is seen as it was written', () => {
    const body = read('{"a":1e6,"b":1.0,"c":100.5,"d":-0}');
    if (isProblem(body)) throw new Error(body.invalid);
    const sources = [...fieldsOf(body).values()].map((field) => (field.kind === 'number' ? field.source : ''));
    expect(sources).toEqual(['1e6', '1.0', '100.5', '-0']);
  });

  test('a long string takes no long time', () => {
    const long = 'x'.repeat(250_000);
    expect(canonicalOf(`["${long}"]`)).toBe(`["${long}"]`);
    expect(canonicalOf(`["${'\\n'.repeat(100_000)}"]`)).toBe(`["${'\\n'.repeat(100_000)}"]`);
    expect(canonicalOf(`["${long}`)).toHaveProperty('invalid');
  });

  test('the platform reads the same value from the canonical bytes', () => {
    const whole = fc
      .string({ unit: 'binary' })
      .filter((it) => it.isWellFormed() && !it.includes('\0') && it !== '__proto__');
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        whole,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ),
      tree: fc.oneof({ maxDepth: 5 }, tie('leaf'), fc.array(tie('tree')), fc.dictionary(whole, tie('tree'))),
    }));
    fc.assert(
      fc.property(fc.array(tree), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(JSON.parse(canonicalOf(text) as string)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('what is accepted, the platform accepts too', () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u01e.-+tfnrueals \n'), maxLength: 14 });
    fc.assert(
      fc.property(text, (source) => {
        if (!isProblem(read(source))) expect(JSON.parse(canonicalOf(source) as string)).toEqual(JSON.parse(source));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('refused', () => {
  test.each([
    '{"to":"a","to":"b"}',
    '{"to":"a","t\\u006f":"b"}',
    '[{"a":{"b":[{"c":1,"c":2}]}}]',
    '{"__proto__":{"to":"x"}}',
    '{"a":{"\\u005f_proto__":1}}',
    '{"a":1,}',
    '[1,]',
    '[,1]',
    '{,}',
    '{"a" 1}',
    '{"a":}',
    '{a:1}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":undefined}',
    '{"a":True}',
    '{"a":+1}',
    '{"a":01}',
    '{"a":0x64}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":1_000}',
    '{"a":-}',
    '{"a":"\\x41"}',
    '{"a":"\\u12"}',
    '{"a":"\\ud800"}',
    '{"a":"\\udc00\\ud800"}',
    '{"a":"\\u0000"}',
    '{"a":"line\nbreak"}',
    '{"a":"open',
    '{"a":1}{"b":2}',
    '{"a":1} x',
    '{"a":1}//',
    '/**/{"a":1}',
    '\u{feff}{"a":1}',
    '\u00a0{"a":1}',
    '',
    ' ',
    '1',
    '"text"',
    'null',
    nested(21),
    `[${'1,'.repeat(20_000)}1]`,
  ])('%.60j', (text) => {
    expect(read(text)).toHaveProperty('invalid', expect.stringMatching(/\.$/));
  });

  test('bytes that are not UTF-8', () => {
    expect(parseJson(Uint8Array.from([0x5b, 0x22, 0xff, 0x22, 0x5d]))).toHaveProperty('invalid');
    expect(parseJson(Uint8Array.from([0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d]))).toHaveProperty('invalid');
    expect(parseJson(Uint8Array.from(Buffer.from('[1]', 'utf16le')))).toHaveProperty('invalid');
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amount } from './amounts.js';
import { escapeJson, escapeLines, escapeText } from './escape.js';
import { type Column, fields, table } from './table.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

test('what a terminal would obey is shown, the rest stays', () => {
  expect(escapeText('\u001b[31mred\u0007 \u009b2J \u202eabc')).toBe('\\x1b[31mred\\x07 \\x9b2J \\u202eabc');
  expect(escapeText('Größe 東京 👍 a\tb')).toBe('Größe 東京 👍 a\\x09b');
  expect(escapeLines('a\n\tb\u001b')).toBe('a\n\tb\\x1b');
});

test('no text gets anything past the escapes, and JSON stays the same value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeText(text)).not.toMatch(UNSAFE);
      expect(escapeJson({ text })).not.toMatch(UNSAFE);
      expect(JSON.parse(escapeJson({ text }, 2))).toEqual({ text });
    }),
  );
});

test('columns are aligned by what a terminal shows of them', () => {
  const columns: readonly Column<{ name: string | null; calls: number }>[] = [
    { title: 'NAME', value: ({ name }) => name },
    { title: 'CALLS', value: ({ calls }) => calls, align: 'right' },
  ];
  const rows = [
    { name: '東京', calls: 5 },
    { name: 'a\nb', calls: 1234567 },
    { name: null, calls: 0 },
  ];
  expect(table(columns, rows)).toBe(
    ['NAME      CALLS', '東京          5', 'a\\x0ab  1234567', '–             0', ''].join('\n'),
  );
  expect(table(columns, [])).toBe('NAME  CALLS\n');
  expect(
    fields([
      ['id', 'x'],
      ['label', null],
    ]),
  ).toBe('id     x\nlabel  –\n');
});

test('amounts are told in the currency’s own decimals', () => {
  expect([amount('1234', 'usd'), amount('1234', 'jpy'), amount('1234', 'kwd')]).toEqual([
    '12.34 USD',
    '1234 JPY',
    '1.234 KWD',
  ]);
  expect([amount(null, 'usd'), amount('5', null), amount('5', 'xxx')]).toEqual([null, '5', '5 xxx']);
});

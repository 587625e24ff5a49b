import { expect, test } from 'vitest';
import { visibleText } from './agent-text.tsx';

test.each([
  ['run-1', 'run-1'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['a\u202Eb', 'a\\u202Eb'],
  ['a\u2066b\u2069', 'a\\u2066b\\u2069'],
  ['a\u0000\u001b[31mb\n', 'a\\u0000\\u001B[31mb\\u000A'],
  ['a\u200bb\ufeff', 'a\\u200Bb\\uFEFF'],
  ['naïve 日本 שלום', 'naïve 日本 שלום'],
])('%j is shown as %j', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

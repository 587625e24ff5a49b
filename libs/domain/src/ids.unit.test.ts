import { expect, test } from 'vitest';
import { isBuiltInProviderId, parseProviderId } from './ids.js';

test.each(['stripe', 'shippo', 'a', 'my-api-2', 'a'.repeat(31)])('%s names a provider', (id) => {
  expect(parseProviderId(id)).toBe(id);
  expect(isBuiltInProviderId(id)).toBe(id === 'stripe');
});

test.each([
  '',
  'Stripe',
  '2checkout',
  '-a',
  'a-',
  'a--b',
  'a_b',
  'a.b',
  'a/b',
  'a b',
  'a\n',
  'a'.repeat(32),
  '__proto__',
])('%j names none', (id) => {
  expect(parseProviderId(id)).toBeUndefined();
});

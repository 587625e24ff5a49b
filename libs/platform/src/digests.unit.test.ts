import { expect, test } from 'vitest';
import { createDigests } from './digests.js';

const bytes = (text: string) => new TextEncoder().encode(text.repeat(32));
const first = createDigests({ pepper: bytes('1'), newerPeppers: [] });
const second = createDigests({ pepper: bytes('1'), newerPeppers: [bytes('2')] });
const third = createDigests({ pepper: bytes('1'), newerPeppers: [bytes('3'), bytes('2')] });

test('a secret is hashed with the newest pepper, and known by each that is named', () => {
  expect(third.isHashOf(first.secretHash('secret'), 'secret')).toBe(true);
  expect(third.isHashOf(second.secretHash('secret'), 'secret')).toBe(true);
  expect(first.isHashOf(second.secretHash('secret'), 'secret')).toBe(false);
  expect(second.isHashOf(third.secretHash('secret'), 'secret')).toBe(false);
  expect(third.isHashOf(third.secretHash('secret'), 'Secret')).toBe(false);
});

test('what is sent to providers keeps the idempotency key of the first pepper', () => {
  const key = (digests: typeof first) => digests.upstreamIdempotencyKey('acct', 'key', 'order 7');
  expect([key(second), key(third)]).toEqual([key(first), key(first)]);
  expect(key(createDigests({ pepper: bytes('2'), newerPeppers: [] }))).not.toBe(key(first));
});

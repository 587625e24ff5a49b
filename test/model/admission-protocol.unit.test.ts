import { expect, test } from 'vitest';
import { DEFECTS, explore } from './admission-protocol.ts';

test('two calls, three losses of the store: no reachable state breaks a rule', () => {
  const { states, broken } = explore({ calls: 2, lossesMax: 3 });
  expect(broken).toBeUndefined();
  expect(states).toBeGreaterThan(50_000);
});

test('three calls, none lost: no reachable state breaks a rule', () => {
  const { states, broken } = explore({ calls: 3, lossesMax: 0 });
  expect(broken).toBeUndefined();
  expect(states).toBeGreaterThan(50_000);
});

const RULES: Record<(typeof DEFECTS)[number], RegExp> = {
  'forwards without a launch': /^R[135]/,
  'launches before the record is acknowledged': /^R2/,
  'the janitor releases launched holds': /^R[15]/,
  'a rebuild loads open reservations as held': /^R[15]/,
  'a rebuild reads the log before its fence is in it': /^R3/,
  'a lost store serves what it has left': /^R[13]/,
  'the ledger voids nothing behind a fence': /^R3/,
};

test.each(DEFECTS)('found out: %s', (defect) => {
  const { broken } = explore({ calls: 2, lossesMax: 2, defect });
  expect(broken?.rule).toMatch(RULES[defect]);
});

import { expect, test } from 'vitest';
import { clockFinding } from './admin-api.js';
import { ok, reasonOf, skipped, warn, worstOf } from './finding.js';
import { lagFinding, lagOf } from './processes.js';

test.each([
  [300, 'ok', '0.3 s ahead of'],
  [-1_900, 'ok', '1.9 s behind'],
  [-5_000, 'warn', '5.0 s behind'],
  [61_000, 'fail', '61.0 s ahead of'],
])('a clock that is %d ms off', (skewMs, state, detail) => {
  expect(clockFinding(skewMs)).toMatchObject({ state, detail: `the server's is ${detail} this machine's` });
});

test('the lag counts partitions that were never folded, and none that is ahead', () => {
  const ends = new Map([
    [0, 10n],
    [1, 5n],
    [2, 7n],
  ]);
  const folded = new Map([
    [0, 4n],
    [2, 9n],
  ]);
  expect(lagOf(ends, folded)).toBe(11n);
  expect([lagFinding(999n).state, lagFinding(1_000n).state]).toEqual(['ok', 'warn']);
});

test('the worst counts; what could not be seen does not', () => {
  expect(worstOf([ok('a', ''), skipped('b', '')])).toBe('ok');
  expect(worstOf([ok('a', ''), warn('b', '', '')])).toBe('warn');
});

test('a reason is the innermost one, on a line', () => {
  const refused = new AggregateError([Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })]);
  expect(reasonOf(new TypeError('fetch failed', { cause: refused }))).toBe('connect ECONNREFUSED');
  expect(reasonOf(new Error('first\nsecond'))).toBe('first');
});

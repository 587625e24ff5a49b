import { expect, test } from 'vitest';
import { daysOf, lastMonths } from './months.ts';

test('months back over the turn of the year', () => {
  expect(lastMonths(3, Date.parse('2026-01-31T23:00:00Z'))).toEqual(['2026-01', '2025-12', '2025-11']);
});

test('the days of a month, leap years too', () => {
  expect(daysOf('2028-02')).toHaveLength(29);
  expect(daysOf('2026-11').at(-1)).toBe('2026-11-30');
});

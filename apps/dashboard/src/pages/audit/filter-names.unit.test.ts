import { expect, test } from 'vitest';
import { fromLocalInput, isFiltered, NO_FILTERS, rareCount, toLocalInput } from './filter-names.ts';

test('an instant and back, to the minute, in whatever zone the reader is', () => {
  for (const iso of ['2026-11-25T09:40:00.000Z', '2026-03-29T01:30:00.000Z', '2026-07-01T23:59:00.000Z']) {
    expect(fromLocalInput(toLocalInput(iso))).toBe(iso);
  }
  expect(toLocalInput('')).toBe('');
  expect(toLocalInput('nonsense')).toBe('');
  expect(fromLocalInput('')).toBe('');
});

test('which filters are set, and how many of the rare ones', () => {
  expect([isFiltered(NO_FILTERS), rareCount(NO_FILTERS)]).toEqual([false, 0]);
  const filters = { ...NO_FILTERS, runId: 'r', currency: 'usd', amountToMinor: '100' };
  expect([isFiltered(filters), rareCount(filters)]).toEqual([true, 2]);
});

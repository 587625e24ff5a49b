import { expect, test } from 'vitest';
import type { AuditEntry } from '../../api/types.ts';
import { mergeEntries } from './live-entries.ts';

const entry = (id: string, second: number, state: string) =>
  ({ id, state, startedAt: `2026-11-25T09:00:0${second}.000Z` }) as AuditEntry;

test('newest first; a changed entry stands once, as it is now', () => {
  const list = [entry('b', 2, 'open'), entry('a', 1, 'committed')];
  const merged = mergeEntries([entry('b', 2, 'committed'), entry('c', 2, 'open')], list);
  expect(merged.map(({ id, state }) => [id, state])).toEqual([
    ['c', 'open'],
    ['b', 'committed'],
    ['a', 'committed'],
  ]);
});

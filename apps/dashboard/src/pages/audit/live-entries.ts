import { useCallback, useState } from 'react';
import type { AuditEntry } from '../../api/types.ts';
import { type TailState, useTail } from '../../data/live.ts';

/** More would only be scrolled past; the search has them. */
export const LIVE_ENTRIES_MAX = 200;

/** Newest first; an entry that changed takes the place of what it was. */
export function mergeEntries(changed: readonly AuditEntry[], earlier: readonly AuditEntry[]): readonly AuditEntry[] {
  const known = new Set(changed.map(({ id }) => id));
  return [...changed, ...earlier.filter(({ id }) => !known.has(id))].toSorted(
    (a, b) => b.startedAt.localeCompare(a.startedAt) || b.id.localeCompare(a.id),
  );
}

/** What came since the tail was turned on. `url` undefined: it is off, and nothing is kept. */
export function useLiveEntries(url: string | undefined): {
  readonly entries: readonly AuditEntry[];
  readonly state: TailState;
} {
  const [kept, setKept] = useState<{ readonly url: string | undefined; readonly entries: readonly AuditEntry[] }>({
    url,
    entries: [],
  });
  if (kept.url !== url) setKept({ url, entries: [] });
  const take = useCallback((data: string) => {
    const entry = JSON.parse(data) as AuditEntry;
    setKept((before) => ({
      ...before,
      entries: mergeEntries([entry], before.entries).slice(0, LIVE_ENTRIES_MAX),
    }));
  }, []);
  return { entries: kept.url === url ? kept.entries : [], state: useTail(url, take) };
}

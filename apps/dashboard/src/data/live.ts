import { useEffect, useState } from 'react';

/** For `refetchInterval`: react-query stops asking while the tab is hidden. */
export const LIVE_MS = 1_000;

export type TailState = 'connecting' | 'live' | 'broken' | 'refused';

/**
 * Listens to a stream of the API and hands on the data of each `entry`. The browser connects again by itself and says
 * where it was, so nothing is left out; not after a refusal (too many listeners, signed out). `url` undefined listens to
 * nothing; keep `onEntry` stable (`useCallback`).
 */
export function useTail(url: string | undefined, onEntry: (data: string) => void): TailState {
  const [state, setState] = useState<TailState>('connecting');
  useEffect(() => {
    if (url === undefined) return undefined;
    setState('connecting');
    const source = new EventSource(url);
    source.addEventListener('open', () => setState('live'));
    source.addEventListener('error', () => setState(source.readyState === EventSource.CLOSED ? 'refused' : 'broken'));
    source.addEventListener('entry', (event) => onEntry(String(event.data)));
    return () => source.close();
  }, [url, onEntry]);
  return state;
}

import { useEffect, useState } from 'react';

/** For `refetchInterval`: react-query stops asking while the tab is hidden. */
export const LIVE_MS = 1_000;

export type TailState = 'connecting' | 'live' | 'broken';

/**
 * Listens to a stream of the API while the tab is to be seen, and hands on the data of each `entry`. The browser connects
 * again by itself and says where it was. `url` undefined listens to nothing; keep `onEntry` stable (`useCallback`).
 */
export function useTail(url: string | undefined, onEntry: (data: string) => void): TailState {
  const [state, setState] = useState<TailState>('connecting');
  useEffect(() => {
    if (url === undefined) return undefined;
    let source: EventSource | undefined;
    const open = () => {
      source?.close();
      if (document.hidden) return;
      source = new EventSource(url);
      source.addEventListener('open', () => setState('live'));
      source.addEventListener('error', () => setState('broken'));
      source.addEventListener('entry', (event) => onEntry(String(event.data)));
    };
    open();
    document.addEventListener('visibilitychange', open);
    return () => {
      document.removeEventListener('visibilitychange', open);
      source?.close();
    };
  }, [url, onEntry]);
  return state;
}

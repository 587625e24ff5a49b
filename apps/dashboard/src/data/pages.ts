import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from '../api/types.ts';

export interface Pages<T> {
  readonly rows: readonly T[];
  /** For `DataTable`'s `more`; undefined at the end of the list. */
  readonly more: { readonly load: () => void; readonly busy: boolean } | undefined;
  /** For `Loaded`. */
  readonly query: {
    readonly data: InfiniteData<Page<T>> | undefined;
    readonly error: Error | null;
    readonly refetch: () => Promise<unknown>;
  };
}

/** A list of the API, page after page. `key` names it and what it is filtered by; all pages are read again by the interval. */
export function usePages<T>(
  key: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  { refetchInterval = false }: { readonly refetchInterval?: number | false } = {},
): Pages<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<T>) => last.nextCursor ?? undefined,
    placeholderData: (earlier) => earlier,
    refetchInterval,
  });
  const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
  const more = query.hasNextPage
    ? { load: () => void query.fetchNextPage(), busy: query.isFetchingNextPage }
    : undefined;
  return { rows, more, query };
}

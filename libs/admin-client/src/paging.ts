/** A page as every list of the admin API gives it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

const PAGE_MAX = 100;

/** Follows cursors until there are `limit` entries or no more; `nextCursor` is where to go on. */
export async function entries<T>(
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  page: (query: PageQuery) => Promise<Page<T>>,
): Promise<Page<T>> {
  const data: T[] = [];
  let next = cursor ?? null;
  do {
    const query = { limit: Math.min(PAGE_MAX, limit - data.length), ...(next !== null && { cursor: next }) };
    const answer = await page(query);
    data.push(...answer.data);
    next = answer.nextCursor;
  } while (next !== null && data.length < limit);
  return { data, nextCursor: next };
}

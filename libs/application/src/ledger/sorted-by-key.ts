/** Rows in one order: ledgers that fold different partitions never wait for each other in a circle. */
export function sortedByKey<T>(rows: ReadonlyMap<string, T>): readonly T[] {
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

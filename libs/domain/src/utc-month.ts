/** When the UTC month of a moment begins, moved by whole months. */
export function utcMonthStartMs(atMs: number, plusMonths = 0): number {
  const at = new Date(atMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + plusMonths, 1);
}

/** `YYYY-MM`, UTC. */
export const utcMonth = (atMs: number): string => new Date(atMs).toISOString().slice(0, 7);

/** `skipped`: it can't be known from here, and says why. */
export type FindingState = 'ok' | 'skipped' | 'warn' | 'fail';

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly state: FindingState;
  readonly detail: string;
  /** What to do; absent when there is nothing to do. */
  readonly fix?: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail });
export const skipped = (check: string, detail: string): Finding => ({ check, state: 'skipped', detail });
export const warn = (check: string, detail: string, fix: string): Finding => ({ check, state: 'warn', detail, fix });
export const fail = (check: string, detail: string, fix: string): Finding => ({ check, state: 'fail', detail, fix });

const RANK: Record<FindingState, number> = { ok: 0, skipped: 0, warn: 1, fail: 2 };

export function worstOf(findings: readonly Finding[]): 'ok' | 'warn' | 'fail' {
  const worst = Math.max(0, ...findings.map(({ state }) => RANK[state]));
  return (['ok', 'warn', 'fail'] as const)[worst] ?? 'fail';
}

/** The reason in one line, and never a password: the drivers' messages hold hosts and names only. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { message, code, cause } = (error ?? {}) as { message?: string; code?: string; cause?: unknown };
  if (cause !== undefined && message === 'fetch failed') return reasonOf(cause);
  return (message || code || String(error)).split('\n', 1)[0] as string;
}

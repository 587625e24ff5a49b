import { utcMonthStartMs } from '@keybrake/domain';
import type { RetentionStore } from '../ports/retention-store.js';
import type { Runtime } from '../ports/runtime.js';

export interface PruningPorts {
  readonly retention: RetentionStore;
  readonly runtime: Pick<Runtime, 'nowMs'>;
}

export interface PruningResult {
  /** Ends of the months that were dropped. */
  readonly dropped: readonly number[];
  /** The first month that is due and stays, by its end, and why. */
  readonly kept: { readonly untilMs: number; readonly reason: string } | undefined;
}

const DAY_MS = 86_400_000;
const CALLS_AT_A_TIME = 2_000;

/**
 * Drops the months of the audit that are wholly older than so many days, oldest first: each once its calls have ended, a
 * checkpoint of a later day is sealed, and its chains are as they were written; then what else these calls left behind.
 * Throws `TamperedAudit`.
 */
export async function pruneMonths(
  { retention, runtime }: PruningPorts,
  auditDays: number,
  stopping: () => boolean,
): Promise<PruningResult> {
  const dropped: number[] = [];
  const dueMs = utcMonthStartMs(runtime.nowMs() - auditDays * DAY_MS);
  for (const untilMs of await retention.monthsBefore(dueMs)) {
    if (stopping()) return { dropped, kept: undefined };
    const reason = await retention.obstacle(untilMs);
    if (reason !== undefined) return { dropped, kept: { untilMs, reason } };
    await retention.dropBefore(untilMs, await retention.verifyBefore(untilMs), runtime.nowMs());
    dropped.push(untilMs);
  }
  let mayHaveMore = true;
  while (mayHaveMore && !stopping()) mayHaveMore = await retention.pruneCalls(dueMs, CALLS_AT_A_TIME);
  return { dropped, kept: undefined };
}

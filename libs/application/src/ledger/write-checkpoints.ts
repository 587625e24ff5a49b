import { dayAfter, utcDay } from '@keybrake/domain';
import type { CheckpointDue, CheckpointStore } from '../ports/checkpoint-store.js';
import type { Runtime } from '../ports/runtime.js';

export interface CheckpointPorts {
  readonly checkpoints: CheckpointStore;
  readonly runtime: Pick<Runtime, 'nowMs'>;
}

/** How far back an account's first checkpoints go. */
const FIRST_DAYS_MAX = 31;

/**
 * Writes the checkpoint of each UTC day that has ended, once per account. Days on which no ledger ran get theirs late,
 * over the chains as they are then: what it says of them was true, and stays so.
 */
export async function writeCheckpoints(ports: CheckpointPorts, stopping: () => boolean): Promise<void> {
  const nowMs = ports.runtime.nowMs();
  const yesterday = utcDay(nowMs, -1);
  for (const due of await ports.checkpoints.due(yesterday)) {
    for (let day = firstDay(due, nowMs); day <= yesterday && !stopping(); day = dayAfter(day)) {
      await ports.checkpoints.seal(due.accountId, day, nowMs);
    }
  }
}

function firstDay({ lastDay, firstEntryAtMs }: CheckpointDue, nowMs: number): string {
  if (lastDay !== undefined) return dayAfter(lastDay);
  const earliest = utcDay(nowMs, -FIRST_DAYS_MAX);
  const ofEntries = utcDay(firstEntryAtMs);
  return ofEntries < earliest ? earliest : ofEntries;
}

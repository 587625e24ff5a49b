import { pause } from '../deadline.js';
import type { DoubtPorts } from './doubt.js';

const POLL_MS = 20;

/** Whether the ledger has folded, within the time, everything that the log has now. */
export async function isFoldedUp(
  { source, positions, runtime }: Pick<DoubtPorts, 'source' | 'positions' | 'runtime'>,
  waitMs: number,
): Promise<boolean> {
  const ends = await source.ends();
  const giveUpAtMs = runtime.nowMs() + waitMs;
  for (;;) {
    const folded = await positions.positions();
    if ([...ends].every(([partition, end]) => (folded.get(partition)?.next ?? 0n) >= end)) return true;
    if (runtime.nowMs() >= giveUpAtMs) return false;
    await pause(POLL_MS);
  }
}

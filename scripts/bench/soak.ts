import { load } from './load.ts';
import { openStage } from './stage.ts';

const ROUND = 20_000;

/** Does a gateway's memory grow with the calls it has served? The distributed profile, 32 connections. */
export async function soak(calls: number): Promise<void> {
  const stage = await openStage('distributed');
  try {
    const megabytes = async () => (await stage.figure(stage.governed, 'process_resident_memory_bytes')) / 1_048_576;
    for (let done = 0; done < calls; done += ROUND) {
      const { callsPerSecond } = await load(stage.governed, 32, Math.min(ROUND, calls - done));
      const total = Math.min(done + ROUND, calls)
        .toString()
        .padStart(8);
      console.log(
        `${total} calls   ${callsPerSecond.toFixed(0)} calls/s   resident ${(await megabytes()).toFixed(0)} MB`,
      );
    }
  } finally {
    await stage.close();
  }
}

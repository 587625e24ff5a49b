import { expect, test } from 'vitest';
import { PhaseWatch } from './phase-watch.js';

test('every moment belongs to the phase that it ends, and a phase that comes again adds up', () => {
  let nowMs = 0;
  const watch = new PhaseWatch({ nowMs: () => 1_000 + Math.round(nowMs), monotonicMs: () => nowMs });
  const spend = (phase: Parameters<PhaseWatch['ended']>[0], ms: number) => {
    nowMs += ms;
    watch.ended(phase);
  };
  spend('parse', 0.25);
  spend('reserve', 1.5);
  expect(watch.times()).toEqual({ phasesMs: { parse: 0.25, reserve: 1.5 } });
  spend('parse', 0.5);
  spend('reserve', 2);
  spend('launch', 0.000_4);
  expect(watch.startedAtMs).toBe(1_000);
  expect(watch.times()).toEqual({ phasesMs: { parse: 0.75, reserve: 3.5, launch: 0 }, launchedAtMs: 1_004 });
});

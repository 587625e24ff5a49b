import type { CallPhase, CallTimes } from '@keybrake/domain';
import type { Runtime } from '../ports/runtime.js';

/** The stop-watch of one call: each moment since its start belongs to the phase that it ends. */
export class PhaseWatch {
  readonly startedAtMs: number;
  readonly #runtime: Pick<Runtime, 'nowMs' | 'monotonicMs'>;
  readonly #spentMs: Partial<Record<CallPhase, number>> = {};
  #lastMs: number;
  #launchedAtMs: number | undefined;

  constructor(runtime: Pick<Runtime, 'nowMs' | 'monotonicMs'>) {
    this.#runtime = runtime;
    this.startedAtMs = runtime.nowMs();
    this.#lastMs = runtime.monotonicMs();
  }

  /** What has passed since the last phase ended was this one; a phase that comes again adds up. */
  ended(phase: CallPhase): void {
    const nowMs = this.#runtime.monotonicMs();
    this.#spentMs[phase] = (this.#spentMs[phase] ?? 0) + nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (phase === 'launch') this.#launchedAtMs = this.#runtime.nowMs();
  }

  /** In microseconds' precision. */
  times(): CallTimes {
    const phases = Object.entries(this.#spentMs).map(([phase, ms]) => [phase, Math.round(ms * 1_000) / 1_000]);
    const launchedAtMs = this.#launchedAtMs;
    return { phasesMs: Object.fromEntries(phases), ...(launchedAtMs === undefined ? {} : { launchedAtMs }) };
  }
}

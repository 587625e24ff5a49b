/** What a call's time goes into before its outcome is recorded. `price`: the look-up of an amount that is not in the request. */
export const CALL_PHASES = ['parse', 'price', 'reserve', 'record', 'launch', 'forward'] as const;
export type CallPhase = (typeof CALL_PHASES)[number];

/** Milliseconds by phase, with fractions; a phase that the call did not come to is absent. */
export type PhasesMs = Readonly<Partial<Record<CallPhase, number>>>;

/** How the attempt that ended a call spent its time, by the clock of the process that made it. */
export interface CallTimes {
  readonly phasesMs: PhasesMs;
  /** When the admission store let it go to the provider; absent when it never did. */
  readonly launchedAtMs?: number | undefined;
}

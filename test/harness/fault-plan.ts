import type { FaultPoint } from '@keybrake/testing/faults';

/** What is to go wrong in a gateway: signals that it gives itself at points of a call, each once; a clock that is off. */
export interface FaultPlan {
  readonly faults?: Partial<Record<FaultPoint, 'SIGKILL' | 'SIGSTOP'>>;
  /** Holds what the clock is off by, in ms; read at every look at the clock. */
  readonly clockOffsetFile?: string;
}

/** The plan as test/harness/faulty-gateway.ts reads it. */
export function faultSettings({ faults = {}, clockOffsetFile }: FaultPlan): Record<string, string> {
  return {
    FAULTS: Object.entries(faults)
      .map(([point, signal]) => `${point}:${signal}`)
      .join(','),
    ...(clockOffsetFile === undefined ? {} : { CLOCK_OFFSET_FILE: clockOffsetFile }),
  };
}

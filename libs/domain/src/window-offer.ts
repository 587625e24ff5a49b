import { ROLLING_24H, type RollingWindow } from './rolling-window.js';
import { type CapWindow, type WindowSpan, windowCandidates } from './window.js';

/** From what an admission store finds the window of its own clock: one of the spans, or the bucket of a rolling window. */
export interface WindowOffer {
  readonly windows: readonly WindowSpan[];
  readonly rolling?: RollingWindow | undefined;
}

export function windowOffer(window: CapWindow, timeZone: string, aroundMs: number): WindowOffer {
  if (window === 'rolling_24h') return { windows: [], rolling: ROLLING_24H };
  return { windows: windowCandidates(window, timeZone, aroundMs) };
}

import type { SpendReleased } from '@keybrake/domain';
import { recordOutcome } from '../proxy-call/finish.js';
import type { DoubtPorts, DoubtSettings } from './doubt.js';

const LOOKS_MAX = 100;

/**
 * Ends the entries of look-ups whose resolver died meanwhile. They hold nothing; a store that was rebuilt has them as
 * launched, like every open reservation, and learns of the end as well.
 */
export async function endForgottenLooks(ports: DoubtPorts, settings: DoubtSettings): Promise<void> {
  const { runtime, resolutions } = ports;
  const tookAtMostMs = settings.upstreamTimeoutMs + 3 * settings.recordTimeoutMs;
  const forgotten = await resolutions.forgottenLooks(runtime.nowMs() - 2 * tookAtMostMs, LOOKS_MAX);
  for (const ref of forgotten) {
    const event: SpendReleased = {
      type: 'SpendReleased',
      eventId: runtime.newEventId(),
      ...ref,
      occurredAtMs: runtime.nowMs(),
      reason: 'not_sent',
      upstream: undefined,
      detail: 'a look-up whose answer was lost',
    };
    await recordOutcome(ports, ref, event).settled;
  }
}

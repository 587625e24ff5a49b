import type { Runtime } from '@keybrake/application';
import type { EventId, ReservationId } from '@keybrake/domain';
import { uuidv7 } from 'uuidv7';

/** The machine's clock, and ids that sort by the time they were made. */
export const systemRuntime: Runtime = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  newReservationId: () => `rsv_${uuidv7()}` as ReservationId,
  newEventId: () => `evt_${uuidv7()}` as EventId,
};

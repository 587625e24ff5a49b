import type { ReservationId, SpendReserved } from '@keybrake/domain';
import type { ReservationRef } from './admission-store.js';

/** A committed call whose price is to be asked for. */
export interface DuePrice {
  readonly facts: SpendReserved;
  readonly objectId: string;
  readonly committedAtMs: number;
  /** So far. */
  readonly attempts: number;
}

export interface ToldPrice extends ReservationRef {
  readonly finalMicros: bigint;
}

/** The ledger's list of prices that are told later. Throws `DependencyUnavailable`. */
export interface PriceStore {
  /** Those due, each for one asker: nobody else gets it before `leaseMs` are over. A first one waits `firstDelayMs`. */
  claimDue(nowMs: number, firstDelayMs: number, leaseMs: number, limit: number): Promise<readonly DuePrice[]>;
  /** `nextAtMs` undefined: not asked for any more, the committed amount stays. */
  note(id: ReservationId, attempts: number, nextAtMs: number | undefined, reason: string): Promise<void>;
  /** Folded, and to be counted by the admission store. */
  told(limit: number): Promise<readonly ToldPrice[]>;
  /** The admission store counts it; stays when another price was told meanwhile. */
  counted(price: ToldPrice): Promise<void>;
}

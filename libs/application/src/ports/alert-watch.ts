import type { AccountId, Currency, ReservationId } from '@keybrake/domain';
import type { UsedCap } from '../alerts/budget-alerts.js';

/** A cap whose window goes on, with what was used since a moment. */
export interface CapPace extends UsedCap {
  readonly accountId: AccountId;
  readonly usedSinceMicros: bigint;
}

/** A call as an alert tells of it. */
export interface WatchedCall {
  readonly accountId: AccountId;
  readonly reservationId: ReservationId;
  readonly vaultKeyId: string;
  readonly agentType: string;
  readonly endpoint: string;
  readonly currency: Currency | undefined;
  readonly amountMicros: bigint | undefined;
}

/** What alerts are made of that no single event tells. */
export interface AlertWatch {
  /** What the last 24 hours have used of caps over them. */
  rolling(nowMs: number): Promise<readonly (UsedCap & { readonly accountId: AccountId })[]>;
  /** Of days and months with a quarter of their cap used, and not all of it. */
  paces(nowMs: number, sinceMs: number): Promise<readonly CapPace[]>;
  calls(ids: readonly ReservationId[]): Promise<readonly WatchedCall[]>;
}

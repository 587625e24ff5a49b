import type { Brand } from './brand.js';
import type { Currency } from './currency.js';
import type { ReservationId } from './ids.js';

/** Amounts above which people agree to a call before it is made. */
export interface ApprovalRule {
  readonly aboveMicros: ReadonlyMap<Currency, bigint>;
  /** How long a request waits for its decision, and an approved one for its call. */
  readonly validMs: number;
  /** 2: four eyes, two different people. */
  readonly approvers: 1 | 2;
}

export const APPROVAL_VALID_MIN_MS = 60_000;
export const APPROVAL_VALID_MAX_MS = 7 * 86_400_000;

export type ApprovalId = Brand<string, 'ApprovalId'>;

/** `used`: the call was made. `expired`: nobody decided in time, or the call did not come in time. */
export const APPROVAL_STATES = ['waiting', 'approved', 'denied', 'expired', 'used'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** A request for approval is a reservation that waits: the two ids differ in their prefix only. */
export const approvalIdOf = (reservationId: ReservationId): ApprovalId =>
  `apr_${reservationId.slice('rsv_'.length)}` as ApprovalId;

export const requestOfApproval = (approvalId: ApprovalId): ReservationId =>
  `rsv_${approvalId.slice('apr_'.length)}` as ReservationId;

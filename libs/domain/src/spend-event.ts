import type { CallTimes } from './call-phase.js';
import type { CapDirection, CapScope, MoneyDirection } from './cap.js';
import type { Conversion } from './conversion.js';
import type { Currency } from './currency.js';
import type { AccountId, EventId, PolicyId, ProviderId, ReservationId, RunId, VaultKeyId } from './ids.js';
import type { Money } from './money.js';
import type { RecordedPricing } from './recorded-pricing.js';
import type { RefusalCode } from './refusal.js';
import type { CapWindow } from './window.js';

/** One cap's share of a reservation, with the window that the admission store stamped (R6). */
export interface Hold {
  readonly counter: string;
  readonly scope: CapScope;
  readonly scopeId: string;
  readonly window: CapWindow;
  readonly windowId: string;
  readonly windowEndsAtMs: number;
  readonly currency: Currency;
  readonly direction: CapDirection;
  readonly limitMicros: bigint;
  readonly amountMicros: bigint;
}

/** Who called what: the part that a reservation and a denial have in common. */
export interface CallIdentity {
  readonly vaultKeyId: VaultKeyId;
  readonly rootKeyId: VaultKeyId;
  readonly agentType: string;
  readonly runId: RunId | undefined;
  readonly provider: ProviderId;
  /** `charges:write`; for a path outside the catalogue `unknown`. */
  readonly operation: string;
  /** `POST /v1/charges`: the method and the template, or the path as far as it was understood. */
  readonly endpoint: string;
  readonly policyId: PolicyId;
  readonly policyVersion: number;
  /** The policy's zone: the day that reports count the call under. */
  readonly timeZone: string;
  readonly idempotencyKey: string | undefined;
  /** The upper bound of the call's price; undefined when it is free or was never priced. */
  readonly amount: Money | undefined;
  /** Set when the call's own amount is in another currency, with the rate that it was counted at. */
  readonly conversion?: Conversion | undefined;
  readonly direction: MoneyDirection | undefined;
  /** What the policy was told of the price; absent where that was not known, and in records of older builds. */
  readonly pricing?: RecordedPricing | undefined;
}

interface EventBase {
  /** Unique, and made before the first attempt to append, so that a resent event is recognised (R4). */
  readonly eventId: EventId;
  readonly accountId: AccountId;
  readonly occurredAtMs: number;
}

export interface SpendReserved extends EventBase {
  readonly type: 'SpendReserved';
  readonly reservationId: ReservationId;
  readonly incarnation: number;
  readonly call: CallIdentity;
  /** SHA-256 of operation and canonical body; the same key with another fingerprint is a mismatch (R8). `''`: a look-up. */
  readonly fingerprint: string;
  readonly reservedAtMs: number;
  readonly holds: readonly Hold[];
  /**
   * The encrypted request of a call that changes something, without its credential: what a resolver needs once the call
   * is in doubt. Absent for reads, and in records of builds that kept none.
   */
  readonly sealedRequest?: string | undefined;
  /** A look-up of the resolver about this reservation, its outcome or its final price; absent for callers' own calls. */
  readonly resolves?: ReservationId | undefined;
  /** Set where the policy has a duplicate guard: the name that the same request has in it, SHA-256. */
  readonly guardHash?: string | undefined;
  /** The earlier call that this one repeats under another idempotency key; its policy only warns. */
  readonly duplicateOf?: ReservationId | undefined;
  /** Why the policy would have refused it, were it not in shadow. */
  readonly shadow?: { readonly rule: RefusalCode; readonly message: string } | undefined;
  /** A request for approval: it waits and is never sent itself. Absent for calls. */
  readonly approval?:
    | { readonly expiresAtMs: number; readonly approvers: number; readonly validMs: number }
    | undefined;
  /** The request that people have approved this call under. */
  readonly approvedAs?: ReservationId | undefined;
  /** A look-up of this call's price by its gateway, before it was reserved itself; absent for callers' own calls. */
  readonly pricesFor?: ReservationId | undefined;
}

/** True for what the caller asked for, false for what was looked up on its behalf: look-ups have no fingerprint. */
export const isCallersOwn = ({ resolves, fingerprint }: SpendReserved): boolean =>
  resolves === undefined && fingerprint !== '';

/** What the provider answered, as much as the audit keeps. */
export interface UpstreamFacts {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly latencyMs: number;
}

export interface SpendCommitted extends EventBase {
  readonly type: 'SpendCommitted';
  readonly reservationId: ReservationId;
  readonly actualMicros: bigint;
  readonly upstream: UpstreamFacts;
  readonly completedAtMs: number;
  /** The encrypted response for replays (R8), base64; undefined for reads and for answers too large to keep. */
  readonly sealedResponse: string | undefined;
  /** The provider's id of what the call made, where a later call or look has to know it. */
  readonly objectId?: string | undefined;
  /** The provider's id in its answer, whatever the call was: what to tell who makes the same call again. */
  readonly madeId?: string | undefined;
  /** True where the provider tells only later what was moved: then that object is asked (`SpendTruedUp`). */
  readonly isProvisional?: boolean | undefined;
  /** How the outcome is known when no answer came; absent for an answered call. */
  readonly note?: string | undefined;
  /** Absent where no gateway or resolver made the call, and in records of older builds. */
  readonly times?: CallTimes | undefined;
}

export const RELEASE_REASONS = [
  'not_launched',
  'abandoned',
  'not_sent',
  'provider_refused',
  'resolved_not_executed',
  'fenced',
  'superseded',
  'approval_denied',
  'approval_expired',
] as const;
export type ReleaseReason = (typeof RELEASE_REASONS)[number];

export interface SpendReleased extends EventBase {
  readonly type: 'SpendReleased';
  readonly reservationId: ReservationId;
  readonly reason: ReleaseReason;
  readonly upstream: UpstreamFacts | undefined;
  readonly detail: string | undefined;
  readonly times?: CallTimes | undefined;
}

/**
 * What a committed call cost in the end, where its price is told only later. Refines the commit: what was committed counts
 * until then, and without a commit it counts nothing.
 */
export interface SpendTruedUp extends EventBase {
  readonly type: 'SpendTruedUp';
  readonly reservationId: ReservationId;
  readonly actualMicros: bigint;
  /** Of the amount; in another currency than the reservation's it changes nothing. */
  readonly currency: Currency;
  /** Where the price was read: `twilio SM…`. */
  readonly source: string;
}

/** A call of a known key that was refused before launch. */
export interface CallDenied extends EventBase {
  readonly type: 'CallDenied';
  readonly callId: ReservationId;
  readonly call: CallIdentity;
  /** As of a reservation; `''`: the request was not understood. Absent in records of older builds. */
  readonly fingerprint?: string | undefined;
  readonly rule: RefusalCode;
  readonly message: string;
  readonly latencyMs: number;
}

/** A stored answer was given again: no reservation, no provider call, but logged like every call. */
export interface CallReplayed extends EventBase {
  readonly type: 'CallReplayed';
  readonly callId: ReservationId;
  readonly call: CallIdentity;
  readonly fingerprint?: string | undefined;
  readonly originalReservationId: ReservationId;
  readonly status: number;
  readonly latencyMs: number;
}

/** Written to every partition before a lost admission store is rebuilt; reservations behind it of an older incarnation are void. */
export interface IncarnationFenced extends EventBase {
  readonly type: 'IncarnationFenced';
  readonly incarnation: number;
}

export type SpendEvent =
  | SpendReserved
  | SpendCommitted
  | SpendReleased
  | SpendTruedUp
  | CallDenied
  | CallReplayed
  | IncarnationFenced;

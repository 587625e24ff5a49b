import type { Currency, Money, MoneyDirection, OperationName, Pricing, ProviderId, Refusal } from '@keybrake/domain';
import type { ParsedBody } from './body/parsed-body.js';
import type { EvidenceRules, FinalPriceRules } from './evidence.js';
import type { OutgoingRequest } from './outgoing-request.js';
import type { PriceList } from './price-list.js';
import type { RequestProblem } from './problem.js';

export type { OutgoingRequest } from './outgoing-request.js';

/** `read`: nothing changes. `free`: changes something, costs nothing. `money`: has an amount rule. */
export type OperationClass = 'read' | 'free' | 'money';

/** One operation of a provider's API that Keybrake knows. What is not in a catalogue is denied. */
export interface Operation extends OperationName {
  readonly class: OperationClass;
  /** Set for class `money`. */
  readonly direction?: MoneyDirection;
  /** Without it the call is free. A `free` operation may have one to check its fields. */
  readonly price?: PriceRule;
  /** How the answer tells what was really moved; without it, a 2xx moved what was reserved. */
  readonly actual?: ActualRule;
  /** Query parameters that are passed on; any other is refused. Only reads have them. `expand[]` also allows `expand[0]`. */
  readonly query?: readonly string[];
  /** How the body comes; reads have none. */
  readonly body?: 'form' | 'json';
  /** Form fields that may come several times. */
  readonly repeatable?: readonly string[];
  /** What an id in the path looks like, where a word in its place would name another operation. */
  readonly idPattern?: RegExp;
}

/** An upper bound of the call's cost, read from its parsed body. */
export type PriceRule = (body: ParsedBody, prices: PriceList) => Pricing | RequestProblem;

/** What the provider says it moved, in micros of `currency`; undefined when the answer does not tell. */
export type ActualRule = (responseBody: unknown, currency: Currency) => bigint | undefined;

/** What the provider's answer means for the reservation. */
export type UpstreamMeaning =
  | { readonly kind: 'executed'; readonly actualMicros: bigint }
  /** A final answer that moved nothing, such as a validation error or a declined card: kept for replays. */
  | { readonly kind: 'refused' }
  /** The provider did not run it and may on a later try (429, wrong credential): released, not kept. */
  | { readonly kind: 'not_executed' }
  | { readonly kind: 'unknown' };

/** The real key's parts. Stripe and Resend have only `secret`; Twilio an account SID beside its auth token. */
export interface ProviderCredential {
  readonly secret: string;
  readonly accountSid?: string;
}

export interface RenderedRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A provider as data and small pure functions. One object per provider; nothing else in the code names one. */
export interface Provider {
  readonly id: ProviderId;
  readonly defaultOrigin: string;
  readonly operations: readonly Operation[];
  /** Lower-case name of the header that carries the upstream idempotency key; undefined where the provider has none. */
  readonly idempotencyHeader: string | undefined;
  /** True where a request can be sent again with the same upstream idempotency key without running twice. */
  readonly resendable: boolean;
  /** How long the provider remembers an idempotency key; a resend after it may execute again. 0 when not resendable. */
  readonly idempotencyWindowMs: number;
  readonly idempotencyKeyMaxLength: number;
  /** Lower-case names of the caller's headers that are passed on; all others are dropped. */
  readonly requestHeaders: readonly string[];
  /** Lower-case names of the provider's headers that are passed back. */
  readonly responseHeaders: readonly string[];
  /** Name of the provider's request id header, lower case. */
  readonly requestIdHeader: string;
  /** Puts the real key in, and for Twilio the real account SID into the path. */
  authorize(request: OutgoingRequest, credential: ProviderCredential): OutgoingRequest;
  /** Meaning of a complete answer to a mutating call. `reserved` is undefined for a call that was free. */
  interpret(operation: Operation, status: number, body: Uint8Array, reserved: Money | undefined): UpstreamMeaning;
  /** How to find out what became of a call whose answer was lost; absent where the provider can't be asked (Resend). */
  readonly evidence?: EvidenceRules;
  /** Absent where the answer tells the price, or nobody does. */
  readonly finalPrice?: FinalPriceRules;
  /** The provider's id of what a call made, from its answer; only where what was made can be found by nothing else. */
  objectId?(body: Uint8Array): string | undefined;
  /** The refusal in the provider's own error shape and status. */
  renderRefusal(refusal: Refusal): RenderedRefusal;
}

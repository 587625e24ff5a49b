import type { Currency, Money, MoneyDirection, OperationName, Pricing, ProviderId, Refusal } from '@keybrake/domain';
import type { ParsedBody } from './body/parsed-body.js';
import type { DenialReason } from './denial-reason.js';
import type { EvidenceRules, FinalPriceRules } from './evidence.js';
import type { OutgoingRequest } from './outgoing-request.js';
import type { PriceList } from './price-list.js';
import type { RequestProblem } from './problem.js';

export type { OutgoingRequest } from './outgoing-request.js';

/** `read`: nothing changes. `free`: changes something, costs nothing. `money`: has an amount rule. `denied`: never forwarded. */
export type OperationClass = 'read' | 'free' | 'money' | 'denied';

/** One operation of a provider's API that Keybrake knows. What is not in a catalogue is denied. */
export interface Operation extends OperationName {
  readonly class: OperationClass;
  /** Set for class `denied`. */
  readonly denied?: DenialReason | { readonly because: string };
  /** Set for class `money`. */
  readonly direction?: MoneyDirection;
  /** Without it the call is free. A `free` operation may have one to check its fields. */
  readonly price?: PriceRule;
  /** Changes the body before it is priced, fingerprinted and forwarded, to bound what the call can cost. */
  readonly amend?: (body: ParsedBody, prices: PriceList) => ParsedBody | RequestProblem;
  /** How the answer tells what was really moved; without it, a 2xx moved what was reserved. */
  readonly actual?: ActualRule;
  /** How the body comes; reads have none. `any`: as its content type says. */
  readonly body?: 'form' | 'json' | 'any';
  /** Form fields that may come several times; `any` where none of them is priced. */
  readonly repeatable?: readonly string[] | 'any';
  /** What the ids in the path look like, where a word in their place would name another operation. */
  readonly idPattern?: RegExp;
}

/** A call as its amount rule sees it. */
export interface PricedCall {
  readonly body: ParsedBody;
  /** Ids of the path by their names in the template. */
  readonly ids: Readonly<Record<string, string>>;
  readonly prices: PriceList;
}

/** An upper bound of the call's cost, or where to look for it. */
export type PriceRule = (call: PricedCall) => PriceReading;

export type PriceReading = Pricing | LookUp | RequestProblem;

/**
 * The amount, or its currency, stands in an object of the provider. It is read with the real key before the call is
 * reserved, as a call of its own: recorded, launched and audited like every other (R2).
 */
export interface LookUp {
  readonly kind: 'look_up';
  readonly direction: MoneyDirection;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Of a GET, encoded; empty for none. */
  readonly query: string;
  /** Of a POST that only computes (`create_preview`). */
  readonly form: readonly (readonly [name: string, value: string])[];
  /** An object for which earlier calls may have counted what this one moves: a capture's authorisation. */
  readonly countedFor?: string;
  /**
   * What a 2xx answer says, given the micros that were counted for that object (0 without one). `text` is the answer
   * unparsed, for who reads decimals.
   */
  price(answer: unknown, countedMicros: bigint, text: string): Pricing | RequestProblem;
}

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

/** The real key's parts. `accountSid` for a provider with an `account`, such as Twilio, whose auth token is the secret. */
export interface ProviderCredential {
  readonly secret: string;
  readonly accountSid?: string;
}

export interface MadeObject {
  /** The provider's id. */
  readonly objectId: string;
  /** True where the answer does not tell yet what is moved in the end: `finalPrice` asks for it. */
  readonly isProvisional: boolean;
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
  /** Of a provider that wants its account's id beside the secret: what it looks like, and how to say so. */
  readonly account?: { readonly pattern: RegExp; readonly hint: string };
  /** Lower-case name of the header that the real key goes into; `authorization` when left out. The vault key comes in the same. */
  readonly credentialHeader?: string;
  /** Of a path: `dropped` or `sent` whether or not the caller wrote it; refused when left out. Templates have none. */
  readonly trailingSlash?: 'dropped' | 'sent';
  /** Where the provider has more hosts than one: the host and path of a request that would go to the default origin. */
  readonly route?: (path: string) => { readonly origin: string; readonly path: string };
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
  /**
   * Lower-case names of headers by which a call acts for another account than the credential's. Passed on as the policy
   * allows; the first is the one that is set for a policy with a single account.
   */
  readonly accountHeaders: readonly string[];
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
  /** Absent where every answer tells what was moved, or nobody does. */
  readonly finalPrice?: FinalPriceRules;
  /** What an executed call made, from its answer; only where a later call or look has to know it by its id. */
  made?(operation: Operation, body: Uint8Array): MadeObject | undefined;
  /** The refusal in the provider's own error shape and status. */
  renderRefusal(refusal: Refusal): RenderedRefusal;
}

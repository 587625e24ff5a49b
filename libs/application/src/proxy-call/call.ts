import type { AccountId, Pricing, ProviderId, Refusal, ReservationId, RunId, Verdict } from '@keybrake/domain';
import type { LookUp, Operation, OutgoingRequest, PriceList, Provider, ProviderRegistry } from '@keybrake/providers';
import type { AdmissionStore, ReserveOutcome } from '../ports/admission-store.js';
import type { CallObserver } from '../ports/call-observer.js';
import type { Digests } from '../ports/digests.js';
import type { EventAppender } from '../ports/event-log.js';
import type { ResponseArchive, ResponseSeal } from '../ports/response-archive.js';
import type { Runtime } from '../ports/runtime.js';
import type { Upstream } from '../ports/upstream.js';
import type { KeyRecord, VaultDirectory } from '../ports/vault-directory.js';
import type { UnfinishedWork } from '../unfinished-work.js';
import type { PhaseWatch } from './phase-watch.js';

/** A call as the transport read it: nothing interpreted yet but the way in. */
export interface IncomingCall {
  /** Set by a path prefix or host name; undefined at the root path, where the vault key names the provider. */
  readonly routedProvider: ProviderId | undefined;
  readonly method: string;
  /** Raw path and query, without the prefix. */
  readonly target: string;
  /** Lower-case names, each with all its values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
  /** Why the request can't be read safely, if so: it is denied, and audited when its key is known. */
  readonly unreadable: string | undefined;
}

/** What goes back. A stream is a read's answer as it comes. */
export interface CallAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Everything the request path uses; one record, so that a composition root shows what it chose. */
export interface ProxyCallPorts {
  readonly providers: ProviderRegistry;
  readonly directory: VaultDirectory;
  readonly admission: AdmissionStore;
  readonly log: EventAppender;
  readonly upstream: Upstream;
  readonly seal: ResponseSeal;
  readonly archive: ResponseArchive;
  readonly digests: Digests;
  /** Unit prices of providers that state none. */
  readonly prices: PriceList;
  readonly runtime: Runtime;
  readonly observer: CallObserver;
  readonly unfinished: UnfinishedWork;
}

export interface ProxyCallSettings {
  /** Where people decide of approvals: the admin API's own address. */
  readonly adminUrl: string;
  /** Names this gateway process to the admission store: a launch belongs to its owner. */
  readonly owner: string;
  /** From launch to the provider's whole answer; after it the call is in doubt. */
  readonly upstreamTimeoutMs: number;
  /** How long a second caller with the same idempotency key waits for the first one's answer. */
  readonly inFlightWaitMs: number;
  /** How long a log append may take before the call fails closed (R9). */
  readonly recordTimeoutMs: number;
  /** Answers above it are passed on but not kept for replays. */
  readonly keptResponseBytesMax: number;
}

/** Phase 0's result: who calls what, and what the policy says of it. */
export interface ReadCall {
  readonly watch: PhaseWatch;
  readonly provider: Provider;
  readonly accountId: AccountId;
  readonly record: KeyRecord;
  readonly runId: RunId | undefined;
  readonly idempotencyKey: string | undefined;
  /** Undefined when the path is outside the catalogue or the request was not understood. */
  readonly operation: Operation | undefined;
  readonly endpoint: string;
  readonly outgoing: OutgoingRequest | undefined;
  readonly fingerprint: string;
  readonly verdict: Verdict;
  /** What the policy was told of its price; undefined while that is not known. */
  readonly pricing?: Pricing | undefined;
  /** Set when the policy allows the call as far as it can tell without a price, which has to be looked up. */
  readonly pendingPrice: PendingPrice | undefined;
  /** Set when this is the look-up of that call's price. */
  readonly pricesFor?: ReservationId | undefined;
}

export interface PendingPrice {
  readonly lookUp: LookUp;
  readonly judge: (pricing: Pricing) => Verdict;
}

/** A call that may go on to the provider. */
export interface AdmittedCall extends ReadCall {
  readonly operation: Operation;
  readonly outgoing: OutgoingRequest;
  readonly reservationId: ReservationId;
  readonly incarnation: number;
  /** True when the reservation was taken over from a call in doubt: an earlier request may have been executed. */
  readonly adopted: boolean;
  /** What is left under the tightest cap, for the caller. */
  readonly remainingMicros: bigint | undefined;
  /** It waits for a person until then, or was approved as that request. */
  readonly approval?: Extract<ReserveOutcome, { kind: 'held' }>['approval'];
  /** The earlier call that this one repeats under another idempotency key, where the policy only warns. */
  readonly duplicateOf?: ReservationId | undefined;
  /** What it would have been refused for, were its policy not in shadow. */
  readonly shadowRefusal?: Refusal | undefined;
}

export const refusedVerdict = (refusal: Refusal): Verdict => ({ kind: 'refused', refusal });

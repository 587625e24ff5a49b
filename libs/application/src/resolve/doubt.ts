import type { AccountId, SpendReserved } from '@keybrake/domain';
import { invariant, ownAmount, type Verdict } from '@keybrake/domain';
import type { DoubtfulCall, Operation, Provider, ProviderRegistry } from '@keybrake/providers';
import type { AdmissionStore, AdmissionUpkeep, AdoptOutcome, ReservationRef } from '../ports/admission-store.js';
import type { Digests } from '../ports/digests.js';
import type { EventAppender, EventSource } from '../ports/event-log.js';
import type { LedgerStore } from '../ports/ledger-store.js';
import type { DoubtRecord, ResolutionStore } from '../ports/resolution-store.js';
import type { ResponseSeal } from '../ports/response-archive.js';
import type { Runtime } from '../ports/runtime.js';
import type { Upstream } from '../ports/upstream.js';
import type { KeyRecord, VaultDirectory } from '../ports/vault-directory.js';
import type { AdmittedCall } from '../proxy-call/call.js';
import { upstreamKeyOf } from '../proxy-call/forward.js';
import { type KeptRequest, openRequest } from '../proxy-call/kept-request.js';
import type { PhaseWatch } from '../proxy-call/phase-watch.js';

export interface DoubtPorts {
  readonly providers: ProviderRegistry;
  readonly admission: AdmissionStore;
  readonly upkeep: Pick<AdmissionUpkeep, 'listInDoubt'>;
  readonly resolutions: ResolutionStore;
  readonly source: Pick<EventSource, 'ends'>;
  readonly positions: Pick<LedgerStore, 'positions'>;
  readonly log: EventAppender;
  readonly directory: VaultDirectory;
  readonly upstream: Pick<Upstream, 'send'>;
  readonly seal: ResponseSeal;
  readonly digests: Digests;
  readonly runtime: Runtime;
}

export interface DoubtSettings {
  /** Names this process to the admission store; no other one, earlier or later, has the same. */
  readonly owner: string;
  /** Before the second attempt; from then on twice as long each time, up to an hour. */
  readonly intervalMs: number;
  readonly attemptsMax: number;
  /** Before objects are compared by content: no record of a call that made one is still on its way to the ledger. */
  readonly settleDelayMs: number;
  /** How long a call may have waited for its launch, and then for its provider. */
  readonly heldMaxAgeMs: number;
  readonly upstreamTimeoutMs: number;
  readonly recordTimeoutMs: number;
  readonly keptResponseBytesMax: number;
}

/** A reservation in doubt with everything around it that an attempt needs. */
export interface Doubt {
  readonly ref: ReservationRef & { readonly accountId: AccountId };
  readonly facts: SpendReserved;
  readonly provider: Provider;
  readonly operation: Operation;
  readonly record: KeyRecord;
  readonly kept: KeptRequest | undefined;
  readonly lastAttemptAtMs: number | undefined;
}

/** Why nothing can be found out about it, if so. */
export async function readDoubt(
  ports: DoubtPorts,
  { facts, sealedRequest, lastAttemptAtMs }: DoubtRecord,
): Promise<Doubt | { readonly why: string }> {
  const { accountId, reservationId, call } = facts;
  const provider = ports.providers.get(call.provider);
  const operation = provider.operations.find(({ method, template }) => `${method} ${template}` === call.endpoint);
  if (operation === undefined) return { why: `${call.endpoint} is not in the catalogue of this version` };
  // Read anew: today's policy decides whether the call may be sent again.
  ports.directory.forget(accountId, call.vaultKeyId);
  const record = await ports.directory.find(accountId, call.vaultKeyId);
  if (record === undefined) return { why: 'its vault key is not on record any more' };
  const kept =
    sealedRequest === undefined ? undefined : await openRequest(ports.seal, accountId, reservationId, sealedRequest);
  return { ref: { accountId, reservationId }, facts, provider, operation, record, kept, lastAttemptAtMs };
}

const CLOCK_MARGIN_MAX_MS = 60_000;

/** When the provider can have received the call, and how far its clock may be from ours. */
export function sentWithin(settings: DoubtSettings, { facts, provider, lastAttemptAtMs }: Doubt) {
  const { heldMaxAgeMs, upstreamTimeoutMs, settleDelayMs } = settings;
  const marginMs = Math.min(CLOCK_MARGIN_MAX_MS, settleDelayMs);
  const resentAtMs = provider.resendable ? lastAttemptAtMs : undefined;
  const lastMs = Math.max(facts.reservedAtMs, resentAtMs ?? 0);
  return {
    sentFromMs: facts.reservedAtMs - marginMs,
    sentUntilMs: lastMs + heldMaxAgeMs + upstreamTimeoutMs + marginMs,
  };
}

export function doubtfulCall({ digests }: DoubtPorts, settings: DoubtSettings, doubt: Doubt): DoubtfulCall {
  const { ref, facts, kept } = doubt;
  const { template, actual } = doubt.operation;
  const { rootKeyId, idempotencyKey } = facts.call;
  const reserved = ownAmount(facts.call);
  const upstreamKey = upstreamKeyOf(digests, { ...ref, rootKeyId, idempotencyKey });
  return { template, actual, request: kept?.request, upstreamKey, reserved, ...sentWithin(settings, doubt) };
}

/** The call as its gateway had it, so that what it ends in is told by the same rules. */
export function admittedAgain(doubt: Doubt, incarnation: number, watch: PhaseWatch): AdmittedCall {
  const { ref, facts, provider, operation, record, kept } = doubt;
  invariant(kept !== undefined, 'only a request that was kept is sent again');
  const { runId, idempotencyKey, endpoint, amount, conversion } = facts.call;
  const verdict: Verdict = { kind: 'allowed', amount, conversion, caps: [] };
  return {
    ...ref,
    watch,
    provider,
    operation,
    record,
    runId,
    idempotencyKey,
    endpoint,
    outgoing: kept.request,
    fingerprint: facts.fingerprint,
    verdict,
    pendingPrice: undefined,
    incarnation,
    adopted: true,
    remainingMicros: undefined,
  };
}

/** The reservation for ourselves, for one look-up: neither a caller's retry nor another resolver has it meanwhile. */
export function takeToLook(ports: DoubtPorts, settings: DoubtSettings, ref: ReservationRef): Promise<AdoptOutcome> {
  const outcomeDueMs = settings.upstreamTimeoutMs + settings.recordTimeoutMs;
  const { owner } = settings;
  return ports.admission.adopt({ ...ref, purpose: 'look', lineage: [], owner, outcomeDueMs, launchedWithinMs: 0 });
}

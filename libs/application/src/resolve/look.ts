import type { SpendEvent, SpendReserved, UpstreamFacts } from '@keybrake/domain';
import type { EvidenceLook, Provider } from '@keybrake/providers';
import { within } from '../deadline.js';
import type { ReservationRef } from '../ports/admission-store.js';
import type { EventAppender } from '../ports/event-log.js';
import type { Runtime } from '../ports/runtime.js';
import type { Upstream } from '../ports/upstream.js';
import type { KeyRecord, VaultDirectory } from '../ports/vault-directory.js';

export interface LookPorts {
  readonly log: EventAppender;
  readonly directory: VaultDirectory;
  readonly upstream: Pick<Upstream, 'send'>;
  readonly runtime: Runtime;
}

export interface LookSettings {
  readonly recordTimeoutMs: number;
}

/** The call that something is looked up about. */
export interface LookSubject {
  readonly ref: ReservationRef;
  readonly facts: SpendReserved;
  readonly provider: Provider;
  readonly record: KeyRecord;
}

export type LookResult =
  | { readonly kind: 'answer'; readonly json: unknown }
  | { readonly kind: 'none'; readonly why: string }
  /** Not permitted any more. */
  | { readonly kind: 'lost' };

/**
 * One look-up with the real key: a read of its own in the log, under the vault key of the call that it is for, and like
 * every call recorded before it is sent (R2). `permit` has the last word in between, as a launch has it.
 */
export async function look(
  ports: LookPorts,
  settings: LookSettings,
  subject: LookSubject,
  lookUp: EvidenceLook,
  permit?: () => Promise<boolean>,
): Promise<LookResult> {
  const { provider, record, ref } = subject;
  const { accountId } = ref;
  const append = (event: SpendEvent) =>
    within(ports.log.append(accountId, [event]), settings.recordTimeoutMs, 'The event log');
  const credential = await ports.directory.openCredential(accountId, record.key.credentialId);
  const request = provider.authorize(lookUp.request, credential);
  const begun = lookBegun(ports, subject, lookUp);
  await append(begun);
  if (permit !== undefined && !(await permit())) {
    await append(lookEnded(ports, begun, { kind: 'not_launched', detail: 'settled meanwhile' }));
    return { kind: 'lost' };
  }
  const sentAtMs = ports.runtime.nowMs();
  const sent = await ports.upstream.send(provider.id, request);
  const latencyMs = ports.runtime.nowMs() - sentAtMs;
  if (sent.kind !== 'answered') {
    await append(lookEnded(ports, begun, { kind: 'not_sent', detail: sent.detail }));
    return { kind: 'none', why: `${provider.id} did not answer a look-up (${sent.detail})` };
  }
  const { status, headers, body } = sent.response;
  await append(
    lookEnded(ports, begun, {
      kind: 'answered',
      upstream: { status, requestId: headers[provider.requestIdHeader], latencyMs },
    }),
  );
  const json = status === 200 ? parse(body) : undefined;
  return json === undefined
    ? { kind: 'none', why: `${provider.id} answered a look-up with status ${status}` }
    : { kind: 'answer', json };
}

function lookBegun({ runtime }: LookPorts, { facts, ref }: LookSubject, lookUp: EvidenceLook): SpendReserved {
  const { resource, template } = lookUp;
  const nowMs = runtime.nowMs();
  return {
    type: 'SpendReserved',
    eventId: runtime.newEventId(),
    accountId: ref.accountId,
    occurredAtMs: nowMs,
    reservationId: runtime.newReservationId(),
    incarnation: facts.incarnation,
    call: {
      ...facts.call,
      operation: `${resource}:read`,
      endpoint: `GET ${template}`,
      idempotencyKey: undefined,
      amount: undefined,
      direction: undefined,
    },
    fingerprint: '',
    reservedAtMs: nowMs,
    holds: [],
    resolves: ref.reservationId,
  };
}

type LookEnd =
  | { readonly kind: 'answered'; readonly upstream: UpstreamFacts }
  | { readonly kind: 'not_launched' | 'not_sent'; readonly detail: string };

function lookEnded({ runtime }: LookPorts, { accountId, reservationId }: SpendReserved, end: LookEnd): SpendEvent {
  const occurredAtMs = runtime.nowMs();
  const base = { eventId: runtime.newEventId(), accountId, occurredAtMs, reservationId };
  if (end.kind !== 'answered') {
    return { type: 'SpendReleased', ...base, reason: end.kind, upstream: undefined, detail: end.detail };
  }
  const { upstream } = end;
  const moved = { actualMicros: 0n, upstream, completedAtMs: occurredAtMs, sealedResponse: undefined };
  return { type: 'SpendCommitted', ...base, ...moved };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

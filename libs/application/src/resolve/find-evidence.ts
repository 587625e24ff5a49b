import { asHeld, type SpendCommitted } from '@keybrake/domain';
import type { DoubtfulCall, EvidenceRules, Found, OutgoingRequest } from '@keybrake/providers';
import { openRequest } from '../proxy-call/kept-request.js';
import { type Doubt, type DoubtPorts, type DoubtSettings, sentWithin, takeToLook } from './doubt.js';
import { look } from './look.js';

/** Look-ups of one attempt; the providers' rules stop earlier by themselves. */
const LOOKS_MAX = 5;
const RIVALS_MAX = 200;

export type Evidence =
  | { readonly kind: 'executed'; readonly found: Found }
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'lost' };

/** Asks the provider until its rules have an answer. */
export async function findEvidence(
  ports: DoubtPorts,
  settings: DoubtSettings,
  doubt: Doubt,
  call: DoubtfulCall,
): Promise<Evidence> {
  const rules = doubt.provider.evidence;
  if (rules === undefined) return { kind: 'none', why: `${doubt.provider.id} can't be asked about a call` };
  const permit = async () => (await takeToLook(ports, settings, doubt.ref)).kind === 'launched';
  const answers: unknown[] = [];
  while (answers.length <= LOOKS_MAX) {
    const step = rules.next(call, answers, ports.runtime.nowMs());
    switch (step.kind) {
      case 'executed':
        return step;
      case 'nothing':
        return { kind: 'none', why: step.why };
      case 'candidates':
        return oneOf(ports, settings, doubt, rules, step.found);
      case 'look': {
        const result = await look(ports, settings, doubt, step.lookUp, permit);
        if (result.kind !== 'answer') return result;
        answers.push(result.json);
      }
    }
  }
  return { kind: 'none', why: `${LOOKS_MAX} look-ups were not enough` };
}

/** The one candidate that no other call is known to have made, if no other call can have made it. */
async function oneOf(
  ports: DoubtPorts,
  settings: DoubtSettings,
  doubt: Doubt,
  rules: EvidenceRules,
  found: readonly Found[],
): Promise<Evidence> {
  const known = await ports.resolutions.knownObjects(found.map(({ objectId }) => objectId));
  const [one, ...others] = found.filter(({ objectId }) => !known.has(objectId));
  if (one === undefined) return { kind: 'none', why: 'what looks like it was made by other calls' };
  if (others.length > 0)
    return { kind: 'none', why: `${others.length + 1} things look like what this call would make` };
  const rival = await rivalOf(ports, settings, doubt, rules);
  return rival === undefined ? { kind: 'executed', found: one } : { kind: 'none', why: rival };
}

/** Why another call may have made the same, if one may have. */
async function rivalOf(
  ports: DoubtPorts,
  settings: DoubtSettings,
  doubt: Doubt,
  rules: EvidenceRules,
): Promise<string | undefined> {
  const { ref, facts, kept } = doubt;
  const { sentFromMs, sentUntilMs } = sentWithin(settings, doubt);
  const rivals = await ports.resolutions.rivals({
    accountId: ref.accountId,
    except: ref.reservationId,
    provider: facts.call.provider,
    endpoint: facts.call.endpoint,
    // Their own times have to overlap with this call's.
    fromMs: sentFromMs - (sentUntilMs - sentFromMs),
    untilMs: sentUntilMs,
    limit: RIVALS_MAX + 1,
  });
  if (rivals.length > RIVALS_MAX) return `more than ${RIVALS_MAX} calls of that time have no known outcome`;
  for (const { reservationId, sealedRequest } of rivals) {
    const other =
      sealedRequest === undefined
        ? undefined
        : await openRequest(ports.seal, ref.accountId, reservationId, sealedRequest);
    if (mayLookLike(rules, kept?.request, other?.request)) return `${reservationId} may have made it as well`;
  }
  return undefined;
}

/** What can't be compared may look the same. */
function mayLookLike(
  rules: EvidenceRules,
  request: OutgoingRequest | undefined,
  other: OutgoingRequest | undefined,
): boolean {
  if (request === undefined || other === undefined) return true;
  return rules.looksLike?.(request, other) ?? true;
}

/** The event that settles a call by evidence. No answer is kept: nobody saw it. */
export function committedByEvidence(
  { runtime }: DoubtPorts,
  { ref, facts, provider }: Doubt,
  found: Found,
): SpendCommitted {
  const occurredAtMs = runtime.nowMs();
  const { call } = facts;
  return {
    type: 'SpendCommitted',
    eventId: runtime.newEventId(),
    ...ref,
    occurredAtMs,
    actualMicros: found.actualMicros === undefined ? (call.amount?.micros ?? 0n) : asHeld(call, found.actualMicros),
    upstream: { status: 0, requestId: undefined, latencyMs: 0 },
    completedAtMs: occurredAtMs,
    sealedResponse: undefined,
    objectId: found.objectId,
    madeId: found.objectId,
    isProvisional: provider.finalPrice !== undefined,
    note: `resolved: ${call.provider} has ${found.objectId}`,
  };
}

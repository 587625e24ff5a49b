import type { SpendReleased } from '@keybrake/domain';
import type { DoubtRecord } from '../ports/resolution-store.js';
import { recordOutcome } from '../proxy-call/finish.js';
import {
  type Doubt,
  type DoubtPorts,
  type DoubtSettings,
  doubtfulCall,
  readDoubt,
  sentWithin,
  takeToLook,
} from './doubt.js';
import { committedByEvidence, type Evidence, findEvidence } from './find-evidence.js';
import { isFoldedUp } from './folded-up.js';
import { resend } from './resend.js';

export type Attempt =
  | { readonly kind: 'settled' }
  /** Somebody else has it, or has settled it. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'early'; readonly untilMs: number; readonly why: string }
  | { readonly kind: 'open'; readonly why: string };

/** One attempt at one reservation: take it, look, settle by evidence, else send it again, else leave it in doubt. */
export async function attempt(ports: DoubtPorts, settings: DoubtSettings, record: DoubtRecord): Promise<Attempt> {
  const doubt = await readDoubt(ports, record);
  if ('why' in doubt) return { kind: 'open', why: doubt.why };
  const early = await tooEarly(ports, settings, doubt);
  if (early !== undefined) return early;
  const taken = await takeToLook(ports, settings, doubt.ref);
  if (taken.kind === 'refused') return { kind: 'busy' };
  const result = await settleTaken(ports, settings, doubt);
  // In doubt again at once, for a caller's retry; after an error its deadline says the same.
  if (result.kind === 'open') await ports.admission.markInDoubt(doubt.ref);
  return result;
}

async function settleTaken(ports: DoubtPorts, settings: DoubtSettings, doubt: Doubt): Promise<Attempt> {
  if (doubt.operation.class === 'read') return settleRead(ports, doubt);
  const evidence = await findEvidence(ports, settings, doubt, doubtfulCall(ports, settings, doubt));
  if (evidence.kind === 'lost') return { kind: 'busy' };
  if (evidence.kind === 'executed') {
    await recordOutcome(ports, doubt.ref, committedByEvidence(ports, doubt, evidence.found)).settled;
    return { kind: 'settled' };
  }
  return afterLooking(await resend(ports, settings, doubt), evidence);
}

function afterLooking(resent: Awaited<ReturnType<typeof resend>>, looked: Evidence & { kind: 'none' }): Attempt {
  switch (resent.kind) {
    case 'settled':
      return resent;
    case 'lost':
      return { kind: 'busy' };
    case 'none':
      return { kind: 'open', why: `${looked.why}; ${resent.why}` };
  }
}

/** Whether a read arrived matters to nobody: it moved nothing. */
async function settleRead(ports: DoubtPorts, { ref }: Doubt): Promise<Attempt> {
  const { runtime } = ports;
  const event: SpendReleased = {
    type: 'SpendReleased',
    eventId: runtime.newEventId(),
    ...ref,
    occurredAtMs: runtime.nowMs(),
    reason: 'not_sent',
    upstream: undefined,
    detail: 'a read whose answer was lost',
  };
  await recordOutcome(ports, ref, event).settled;
  return { kind: 'settled' };
}

const FOLD_WAIT_MS = 2_000;

/**
 * What is compared by content needs to know every call that may have made it: the time in which this call can have
 * arrived is over, and what was recorded in that time is folded.
 */
async function tooEarly(ports: DoubtPorts, settings: DoubtSettings, doubt: Doubt): Promise<Attempt | undefined> {
  if (doubt.provider.evidence?.byContent !== true) return undefined;
  const { sentUntilMs } = sentWithin(settings, doubt);
  const untilMs = sentUntilMs + settings.settleDelayMs;
  if (ports.runtime.nowMs() < untilMs) {
    return { kind: 'early', untilMs, why: 'waits until no identical request can be on its way any more' };
  }
  if (await isFoldedUp(ports, FOLD_WAIT_MS)) return undefined;
  return { kind: 'early', untilMs: ports.runtime.nowMs(), why: 'waits for the ledger to catch up' };
}

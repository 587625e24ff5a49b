import { describeRefusal, evaluatePolicy, type Pricing } from '@keybrake/domain';
import { resendableWithinMs } from '../proxy-call/adopt.js';
import { recordOutcome } from '../proxy-call/finish.js';
import { type Ending, forward, outcomeEvent, outgoingRequest } from '../proxy-call/forward.js';
import { PhaseWatch } from '../proxy-call/phase-watch.js';
import { admittedAgain, type Doubt, type DoubtPorts, type DoubtSettings } from './doubt.js';

export type Resent =
  | { readonly kind: 'settled' }
  /** Somebody else has the reservation, or it has its outcome. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'none'; readonly why: string };

/**
 * Sends the identical request again under its old reservation and with its old upstream key, as a caller's own retry would:
 * where the provider deduplicates, inside its window, with a live key, and if today's policy still allows the call.
 */
export async function resend(ports: DoubtPorts, settings: DoubtSettings, doubt: Doubt): Promise<Resent> {
  const obstacle = obstacleTo(doubt);
  if (obstacle !== undefined) return { kind: 'none', why: `not sent again: ${obstacle}` };
  const { ref, provider, record } = doubt;
  const { upstreamTimeoutMs, recordTimeoutMs, owner } = settings;
  const watch = new PhaseWatch(ports.runtime);
  const adopted = await ports.admission.adopt({
    ...ref,
    purpose: 'resend',
    lineage: record.key.lineage,
    owner,
    outcomeDueMs: upstreamTimeoutMs + recordTimeoutMs,
    launchedWithinMs: resendableWithinMs(provider),
  });
  if (adopted.kind === 'refused') {
    if (adopted.reason === 'not_in_doubt') return { kind: 'lost' };
    return { kind: 'none', why: `not sent again: ${WHY_NOT[adopted.reason]}` };
  }
  watch.ended('launch');
  const sentAtMs = ports.runtime.nowMs();
  const call = admittedAgain(doubt, adopted.incarnation, watch);
  const ending = await forward(ports, call, await outgoingRequest(ports, call));
  const event = await outcomeEvent(ports, settings, call, ending, ports.runtime.nowMs() - sentAtMs);
  if (event === undefined) return { kind: 'none', why: `sent again: ${told(ending)}` };
  await recordOutcome(ports, ref, event).settled;
  return { kind: 'settled' };
}

const WHY_NOT = {
  revoked: 'its vault key is revoked',
  expired: 'its vault key has expired',
  frozen: 'its account is frozen',
  window_closed: 'the provider may have forgotten its idempotency key',
} as const;

function obstacleTo(doubt: Doubt): string | undefined {
  const { provider, kept } = doubt;
  if (!provider.resendable) return `${provider.id} would execute it again`;
  if (kept === undefined) return 'the request was not kept';
  if (!kept.isWhole) return 'its body was too large to keep';
  return policyObstacle(doubt);
}

function policyObstacle({ facts, operation, record }: Doubt): string | undefined {
  const { amount, direction, runId, idempotencyKey } = facts.call;
  const pricing: Pricing =
    amount === undefined || direction === undefined ? { kind: 'free' } : { kind: 'priced', amount, direction };
  const hasIdempotencyKey = idempotencyKey !== undefined;
  const verdict = evaluatePolicy(record.policy, record.key, {
    operation,
    pricing,
    runId,
    hasIdempotencyKey,
    mutates: true,
  });
  return verdict.kind === 'allowed' ? undefined : describeRefusal(verdict.refusal);
}

function told(ending: Ending): string {
  return ending.kind === 'answered' ? `the provider answered ${ending.response.status}` : ending.detail;
}

import type { ApprovalId, SpendReleased } from '@keybrake/domain';
import { within } from '../deadline.js';
import type { AdmissionStore } from '../ports/admission-store.js';
import type { ApprovalStore, ApprovalVote, Revised, StoredApproval } from '../ports/approval-store.js';
import type { EventAppender } from '../ports/event-log.js';
import type { Runtime } from '../ports/runtime.js';
import { type Actor, noteOf } from './governance.js';
import { GovernanceError, notFound } from './governance-error.js';

export interface ApprovalPorts {
  readonly approvals: ApprovalStore;
  readonly admission: Pick<AdmissionStore, 'decideApproval'>;
  readonly log: EventAppender;
  readonly runtime: Runtime;
}

const RECORD_TIMEOUT_MS = 2_000;

export async function getApproval(
  { approvals }: Pick<ApprovalPorts, 'approvals'>,
  { accountId }: Pick<Actor, 'accountId'>,
  id: ApprovalId,
): Promise<StoredApproval> {
  const found = await approvals.find(accountId, id);
  if (found === undefined) throw notFound('approval', id);
  return found;
}

/**
 * One person's vote. A decision is in force on every gateway once this returns; with four eyes the first approval only waits
 * for the second. When it throws `DependencyUnavailable`, repeat it: that is safe, and the ledger does the same meanwhile.
 * Throws `GovernanceError`: not_found; conflict where it was decided otherwise, used, or waits no longer.
 */
export async function voteOnApproval(
  ports: ApprovalPorts,
  actor: Actor,
  id: ApprovalId,
  { decision, note }: Pick<ApprovalVote, 'decision' | 'note'>,
): Promise<StoredApproval> {
  const record = noteOf(ports, actor, `approval.${decision}`, id, { note });
  const vote = { decision, by: actor.name, note, atMs: record.atMs };
  const revised = await ports.approvals.revise(actor.accountId, id, (current) => withVote(current, vote), record);
  if (revised === undefined) throw notFound('approval', id);
  if (revised.kind === 'conflict') throw new GovernanceError('conflict', revised.why);
  const { approval: voted } = revised;
  if (!voted.isUntold || (await tellDecision(ports, voted)) || voted.state !== 'approved') return voted;
  await ports.approvals.lapsed(id);
  throw new GovernanceError('conflict', `${id} waits no longer: its time is over, or its call was withdrawn.`);
}

/** Unchanged by the repeat of a vote that counts already. */
export function withVote(current: StoredApproval, vote: ApprovalVote): Revised {
  const { id, state, votes, approvers, validMs } = current;
  const isRepeat = votes.some(({ by, decision }) => by === vote.by && decision === vote.decision);
  if (isRepeat && (state === 'waiting' || state === vote.decision)) return { kind: 'unchanged', approval: current };
  if (state !== 'waiting') return { kind: 'conflict', why: `${id} is ${state} already.` };
  if (current.expiresAtMs <= vote.atMs) return { kind: 'conflict', why: `${id} has expired: nobody decided in time.` };
  const next = { ...current, votes: [...votes, vote] };
  const changed = (more: Partial<StoredApproval>): Revised => ({ kind: 'changed', approval: { ...next, ...more } });
  if (vote.decision === 'denied') return changed({ state: 'denied', isUntold: true });
  const people = new Set(next.votes.map(({ by }) => by));
  if (people.size < approvers) return changed({});
  // The approved call has as long to come as the request had to be decided.
  return changed({ state: 'approved', expiresAtMs: vote.atMs + validMs, isUntold: true });
}

/** Safe to repeat. False: the admission store has nothing that waits. */
export async function tellDecision(ports: ApprovalPorts, approval: StoredApproval): Promise<boolean> {
  const waited = await putInForce(ports, approval);
  await ports.approvals.told(approval);
  return waited;
}

async function putInForce(ports: ApprovalPorts, approval: StoredApproval): Promise<boolean> {
  const { accountId, reservationId, state, expiresAtMs: untilMs } = approval;
  const ref = { accountId, reservationId };
  switch (state) {
    case 'approved':
      return ports.admission.decideApproval(ref, { kind: state, untilMs });
    case 'denied':
    case 'expired': {
      // The log first, as with any outcome.
      const released = endedEvent(ports.runtime, approval, `approval_${state}`);
      await within(ports.log.append(accountId, [released]), RECORD_TIMEOUT_MS, 'The event log');
      return ports.admission.decideApproval(ref, { kind: state });
    }
    case 'waiting':
    case 'used':
      return true;
  }
}

function endedEvent(
  runtime: Runtime,
  { accountId, reservationId, votes }: StoredApproval,
  reason: 'approval_denied' | 'approval_expired',
): SpendReleased {
  const denial = votes.find(({ decision }) => decision === 'denied');
  const base = { eventId: runtime.newEventId(), accountId, occurredAtMs: runtime.nowMs(), reservationId };
  return { type: 'SpendReleased', ...base, reason, upstream: undefined, detail: denial && saidBy(denial) };
}

const saidBy = ({ by, note }: ApprovalVote): string => (note === null ? by : `${by}: ${note}`);

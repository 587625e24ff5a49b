import { approvalIdOf, invariant, type Reservation, type ReservationId, type SpendReserved } from '@keybrake/domain';
import type { ApprovalChanges, ApprovalRequested } from '../ports/approval-store.js';
import type { Digests } from '../ports/digests.js';

/** What a chunk of events changes in requests for approval. */
export class ApprovalTrail {
  readonly #digests: Pick<Digests, 'sha256'>;
  readonly #requested: ApprovalRequested[] = [];
  readonly #ended: ReservationId[] = [];
  readonly #used: ApprovalChanges['used'][number][] = [];

  constructor(digests: Pick<Digests, 'sha256'>) {
    this.#digests = digests;
  }

  /** Returns the request that began. */
  reservationChanged(facts: SpendReserved, before: Reservation, after: Reservation): ApprovalRequested | undefined {
    const { reservationId, approvedAs } = facts;
    const isOpen = after.outcome.state === 'open';
    if (approvedAs !== undefined && after.outcome.state === 'committed' && before.outcome.state !== 'committed') {
      this.#used.push({ request: approvedAs, usedBy: reservationId });
    }
    if (facts.approval === undefined) return undefined;
    if (!isOpen && before.outcome.state === 'open') this.#ended.push(reservationId);
    if (!isOpen || before.facts !== undefined) return undefined;
    const request = requestOf(this.#digests, facts, facts.approval);
    this.#requested.push(request);
    return request;
  }

  changes(): ApprovalChanges {
    return { requested: this.#requested, ended: this.#ended, used: this.#used };
  }
}

function requestOf(
  digests: Pick<Digests, 'sha256'>,
  { accountId, reservationId, reservedAtMs, fingerprint, call }: SpendReserved,
  { approvers, validMs, expiresAtMs }: NonNullable<SpendReserved['approval']>,
): ApprovalRequested {
  const { idempotencyKey, rootKeyId, vaultKeyId, agentType, runId, provider, operation, endpoint } = call;
  const amount = call.conversion?.from ?? call.amount;
  invariant(amount !== undefined && idempotencyKey !== undefined, 'what asks for approval has an amount and a key');
  return {
    id: approvalIdOf(reservationId),
    accountId,
    reservationId,
    vaultKeyId,
    agentType,
    runId,
    provider,
    operation,
    endpoint,
    policyId: call.policyId,
    policyVersion: call.policyVersion,
    amount,
    claim: { rootKeyId, keyHash: digests.sha256(idempotencyKey), fingerprint },
    approvers,
    validMs,
    requestedAtMs: reservedAtMs,
    expiresAtMs,
  };
}

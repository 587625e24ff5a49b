import type { StoredApproval } from '@keybrake/application';
import { APPROVAL_STATES, formatMoney } from '@keybrake/domain';
import { iso, up } from '@keybrake/wire';
import { z } from 'zod';
import { currencyCode, id, minor, pageOf, time } from './answer-parts.js';
import { pageQuery } from './requests.js';

// Calls that wait for a person, and what people say.

const state = z.enum(APPROVAL_STATES);

export const approvalQuery = z.strictObject({ ...pageQuery.shape, state: state.optional() });
export type ApprovalQuery = z.infer<typeof approvalQuery>;

const note = z.string().min(1).max(500).optional().meta({ description: 'why; kept with the decision' });

export const voteBody = z.strictObject({ note }).nullish();
export type VoteBody = z.infer<typeof voteBody>;

const link = z.string().min(1).max(500).meta({ description: 'what stands behind # in the link of a webhook' });
export const linkBody = z.strictObject({ link });
export type LinkBody = z.infer<typeof linkBody>;
export const linkVoteBody = z.strictObject({ link, note });
export type LinkVoteBody = z.infer<typeof linkVoteBody>;

export const approvalAnswer = z
  .strictObject({
    id,
    state: state.meta({
      description:
        'used: the call was made; expired: nobody decided in time, or the approved call did not come in time',
    }),
    vaultKeyId: id,
    agentType: z.string(),
    runId: z.string().nullable(),
    provider: z.string(),
    operation: z.string(),
    endpoint: z.string(),
    policyId: id,
    policyVersion: z.int(),
    currency: currencyCode,
    amountMinor: minor,
    amount: z.string().meta({ description: 'as people read it: 90.00 USD' }),
    approvers: z.int().meta({ description: 'how many different people it takes' }),
    votes: z.array(
      z.strictObject({
        decision: z.enum(['approved', 'denied']),
        by: z.string().meta({ description: 'token:…, person:…, or link' }),
        note: z.string().nullable(),
        at: time,
      }),
    ),
    requestedAt: time,
    expiresAt: time.meta({ description: 'until then it can be decided, or once approved, be used' }),
    reservationId: id.meta({ description: 'what holds the amount' }),
    usedBy: z.string().nullable().meta({ description: 'the reservation of the call that was made' }),
  })
  .meta({ id: 'Approval' });
export const approvalsAnswer = pageOf(approvalAnswer, 'ApprovalPage');

export const approvalView = (approval: StoredApproval) => ({
  id: approval.id,
  state: approval.state,
  vaultKeyId: approval.vaultKeyId,
  agentType: approval.agentType,
  runId: approval.runId ?? null,
  provider: approval.provider,
  operation: approval.operation,
  endpoint: approval.endpoint,
  policyId: approval.policyId,
  policyVersion: approval.policyVersion,
  currency: approval.amount.currency,
  amountMinor: up(approval.amount.micros, approval.amount.currency),
  amount: formatMoney(approval.amount),
  approvers: approval.approvers,
  votes: approval.votes.map(({ decision, by, note: why, atMs }) => ({ decision, by, note: why, at: iso(atMs) })),
  requestedAt: iso(approval.requestedAtMs),
  expiresAt: iso(approval.expiresAtMs),
  reservationId: approval.reservationId,
  usedBy: approval.usedBy ?? null,
});

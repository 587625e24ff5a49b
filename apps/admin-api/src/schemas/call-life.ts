import { CALL_RELATIONS, CALL_STEPS, RESERVATION_STATES } from '@keybrake/application';
import { AUDIT_DECISIONS, CALL_PHASES, CAP_DIRECTIONS, CAP_SCOPES, CAP_WINDOWS } from '@keybrake/domain';
import { z } from 'zod';
import { currencyCode, id, minor, time, windowId } from './answer-parts.js';
import { auditEntryAnswer, resolutionAnswer } from './report-answers.js';

// One call's whole life, as GET /v1/audit/{id} answers it.

const durationMs = z.number().nonnegative();

const stepBalance = z
  .strictObject({
    scope: z.enum(CAP_SCOPES),
    scopeId: z.string().meta({ description: 'the key, agent type, run or account that the cap counts for' }),
    window: z.enum(CAP_WINDOWS),
    windowId,
    currency: currencyCode,
    direction: z.enum(CAP_DIRECTIONS),
    limitMinor: minor.meta({ description: 'as it was when the call was reserved' }),
    committedBeforeMinor: minor,
    heldBeforeMinor: minor,
    committedAfterMinor: minor,
    heldAfterMinor: minor,
  })
  .meta({ id: 'StepBalance' });

const callStep = z
  .strictObject({
    type: z.enum(CALL_STEPS),
    at: time,
    sinceStartMs: durationMs.meta({ description: 'of a denial or a replay: how long it took' }),
    amountMinor: minor.nullable(),
    detail: z.string().nullable(),
    balances: z.array(stepBalance).meta({ description: 'what the step did to each cap, in the order of the ledger' }),
  })
  .meta({ id: 'CallStep' });

export const callLifeAnswer = z
  .strictObject({
    entry: auditEntryAnswer,
    policyName: z.string().nullable().meta({ description: 'of the policy version that decided' }),
    keyLabel: z.string().nullable(),
    steps: z.array(callStep),
    phases: z
      .array(z.strictObject({ name: z.enum(CALL_PHASES), ms: durationMs }))
      .meta({ description: 'where the time of the attempt that ended the call went; empty when nobody measured it' }),
    reservation: z
      .strictObject({
        state: z.enum(RESERVATION_STATES),
        launchedAt: time.nullable(),
        resolution: resolutionAnswer.nullable(),
      })
      .nullable(),
    chain: z
      .array(
        z.strictObject({
          sequence: z.string().meta({ description: "of the vault key's chain" }),
          contentHash: z.string(),
          previousHash: z.string(),
          hash: z.string(),
        }),
      )
      .meta({ description: 'the links that this entry has in the audit chain of its vault key' }),
    related: z.array(
      z.strictObject({
        id,
        relation: z.enum(CALL_RELATIONS).meta({ description: 'what the other call is to this one' }),
        decision: z.enum(AUDIT_DECISIONS),
        startedAt: time,
      }),
    ),
  })
  .meta({ id: 'CallLife' });

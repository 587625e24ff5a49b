import { RESERVATION_STATES } from '@keybrake/application';
import { AUDIT_DECISIONS, AUDIT_STATES, CAP_DIRECTIONS, CAP_SCOPES, CAP_WINDOWS } from '@keybrake/domain';
import { z } from 'zod';
import { count, currencyCode, id, micros, minor, pageOf, time, windowId } from './answer-parts.js';

// What the reports answer, field by field.

export const balanceAnswer = z
  .strictObject({
    scope: z.enum(CAP_SCOPES),
    scopeId: z.string(),
    window: z.enum(CAP_WINDOWS),
    windowId,
    currency: currencyCode,
    direction: z.enum(CAP_DIRECTIONS),
    limitMinor: minor,
    committedMinor: minor,
    heldMinor: minor,
    availableMinor: minor,
    limitMicros: micros,
    committedMicros: micros,
    heldMicros: micros,
    resetsAt: time.nullable().meta({ description: 'of rolling_24h: when the oldest of it leaves' }),
  })
  .meta({ id: 'Balance' });
export const balancesAnswer = pageOf(balanceAnswer, 'BalancePage');

export const spendAnswer = pageOf(
  z
    .strictObject({
      agentType: z.string(),
      currency: currencyCode.nullable(),
      committedMinor: minor,
      heldMinor: minor,
      limitMinor: minor.nullable(),
      committedMicros: micros,
      heldMicros: micros,
      calls: count,
      denials: count,
    })
    .meta({ id: 'AgentTypeSpend' }),
  'SpendPage',
);

const auditFields = {
  id,
  vaultKeyId: id,
  agentType: z.string(),
  runId: z.string().nullable(),
  provider: z.string(),
  operation: z.string(),
  endpoint: z.string(),
  decision: z.enum(AUDIT_DECISIONS),
  rule: z.string().nullable().meta({ description: 'the rule that refused' }),
  message: z.string().nullable(),
  policyId: id,
  policyVersion: z.int(),
  idempotencyKey: z.string().nullable(),
  currency: currencyCode.nullable(),
  reservedMicros: micros.nullable(),
  committedMicros: micros.nullable(),
  finalMicros: micros.nullable().meta({ description: 'the price that was told later' }),
  reservedMinor: minor.nullable(),
  committedMinor: minor.nullable(),
  finalMinor: minor.nullable(),
  upstreamStatus: z.int().nullable(),
  upstreamRequestId: z.string().nullable(),
  latencyMs: z.number().nullable(),
  startedAt: time,
  endedAt: time.nullable(),
};

export const auditEntryAnswer = z
  .strictObject({ ...auditFields, state: z.enum(AUDIT_STATES) })
  .meta({ id: 'AuditEntry' });

export const idempotencyRecordsAnswer = pageOf(
  z
    .strictObject({
      idempotencyKey: z.string(),
      rootKeyId: id,
      reservationId: id,
      state: z.enum(['open', 'released', 'committed']),
      upstreamStatus: z.int().nullable(),
      createdAt: time,
      expiresAt: time.nullable(),
    })
    .meta({ id: 'IdempotencyRecord' }),
  'IdempotencyRecordPage',
);

export const resolutionAnswer = z
  .strictObject({
    attempts: count,
    lastAttemptAt: time.nullable(),
    nextAttemptAt: time.nullable().meta({ description: 'null: no further attempt, a person decides' }),
    reason: z.string(),
  })
  .meta({ id: 'Resolution' });

export const reservationAnswer = z
  .strictObject({
    ...auditFields,
    state: z.enum(RESERVATION_STATES),
    launchedAt: time.nullable(),
    resolution: resolutionAnswer.nullable().meta({ description: 'what the resolver found out so far' }),
  })
  .meta({ id: 'Reservation' });
export const reservationsAnswer = pageOf(reservationAnswer, 'ReservationPage');

export const resolvedAnswer = z
  .strictObject({ id, outcome: z.enum(['executed', 'not_executed']), note: z.string() })
  .meta({ id: 'ResolvedReservation' });

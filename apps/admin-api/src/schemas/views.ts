import type {
  CheckpointReport,
  IdempotencyReport,
  PolicyDraft,
  ReservationReport,
  ResolutionReport,
  SpendReport,
  StoredCredential,
  StoredPolicy,
  StoredToken,
} from '@keybrake/application';
import type { ApprovalRule, AuditEntry, Money } from '@keybrake/domain';
import { amountsView, capView, down, iso, up, upOrNull } from '@keybrake/wire';

const reserveView = ({ currency, micros }: Money) => ({ reserveMinor: up(micros, currency), currency });

function guardView(guard: PolicyDraft['duplicateGuard']) {
  if (guard === undefined) return 'off';
  const { mode, windowMs, scope } = guard;
  return { mode, windowSeconds: windowMs / 1_000, scope };
}

function approvalView(approval: PolicyDraft['approval']) {
  const { aboveMicros, validMs, approvers } = approval ?? NO_APPROVAL;
  return {
    approvalAbove: amountsView(aboveMicros),
    approvals: { expiresInSeconds: validMs / 1_000, fourEyes: approvers === 2 },
  };
}

const NO_APPROVAL: ApprovalRule = { aboveMicros: new Map(), validMs: 86_400_000, approvers: 1 };

/** What a policy says, without which one it is: as it is sent to make one. */
export function policyDraftView(policy: PolicyDraft) {
  return {
    name: policy.name,
    provider: policy.provider,
    allowedOperations: policy.allowedOperations,
    caps: policy.caps.map(capView),
    perCallMax: amountsView(policy.perCallMaxMicros),
    timeZone: policy.timeZone,
    requestsPerMonth: policy.requestsPerMonth ?? null,
    requestsPerSecond: policy.requestsPerSecond ?? null,
    unpriced: policy.unpriced === 'deny' ? 'deny' : reserveView(policy.unpriced),
    requireRunId: policy.requireRunId,
    requireIdempotencyKey: policy.requireIdempotencyKey,
    otherCurrencies: policy.otherCurrencies,
    connectedAccounts: policy.connectedAccounts,
    duplicateGuard: guardView(policy.duplicateGuard),
    ...approvalView(policy.approval),
    mode: policy.mode,
  };
}

export function policyView({ policy, createdAtMs, versionCreatedAtMs }: StoredPolicy) {
  const { id, version } = policy;
  const createdAt = iso(createdAtMs);
  return { id, version, ...policyDraftView(policy), createdAt, versionCreatedAt: iso(versionCreatedAtMs) };
}

/** Never the secret: its last characters only. */
export function credentialView({ id, provider, label, version, hint, createdAtMs, rotatedAtMs }: StoredCredential) {
  return {
    id,
    provider,
    label: label ?? null,
    version,
    hint,
    createdAt: iso(createdAtMs),
    rotatedAt: iso(rotatedAtMs),
  };
}

export function tokenView(token: StoredToken) {
  const { id, name, role } = token;
  return {
    id,
    name,
    role,
    createdAt: iso(token.createdAtMs),
    expiresAt: iso(token.expiresAtMs),
    revokedAt: iso(token.revokedAtMs),
    lastUsedAt: iso(token.lastUsedAtMs),
  };
}

export function spendView({
  agentType,
  currency,
  committedMicros,
  heldMicros,
  limitMicros,
  calls,
  denials,
}: SpendReport) {
  const code = currency ?? 'usd';
  return {
    agentType,
    currency,
    committedMinor: up(committedMicros, code),
    heldMinor: up(heldMicros, code),
    limitMinor: limitMicros === null ? null : down(limitMicros, code),
    committedMicros: committedMicros.toString(),
    heldMicros: heldMicros.toString(),
    calls,
    denials,
  };
}

export function checkpointView({ createdAtMs, ...rest }: CheckpointReport) {
  return { ...rest, createdAt: iso(createdAtMs) };
}

export function auditView(entry: AuditEntry) {
  const { accountId: _account, startedAtMs, endedAtMs, currency, finalMicros = null, ...rest } = entry;
  return {
    ...rest,
    currency,
    reservedMinor: upOrNull(entry.reservedMicros, currency),
    committedMinor: upOrNull(entry.committedMicros, currency),
    finalMicros,
    finalMinor: upOrNull(finalMicros, currency),
    startedAt: iso(startedAtMs),
    endedAt: iso(endedAtMs),
  };
}

export function reservationView({ reservationState, launchedAtMs, resolution, ...entry }: ReservationReport) {
  return {
    ...auditView(entry),
    state: reservationState,
    launchedAt: iso(launchedAtMs),
    resolution: resolution === null ? null : resolutionView(resolution),
  };
}

export function resolutionView({ attempts, lastAttemptAtMs, nextAttemptAtMs, reason }: ResolutionReport) {
  return { attempts, lastAttemptAt: iso(lastAttemptAtMs), nextAttemptAt: iso(nextAttemptAtMs), reason };
}

export function idempotencyView({ createdAtMs, expiresAtMs, ...rest }: IdempotencyReport) {
  return { ...rest, createdAt: iso(createdAtMs), expiresAt: iso(expiresAtMs) };
}

import type { BalanceReport, KeyRecord, Standing } from '@keybrake/application';
import { type AuditEntry, lineAllows } from '@keybrake/domain';
import { docsPath, type ProviderRegistry } from '@keybrake/providers';
import { amountsView, balanceView, iso, upOrNull } from '@keybrake/wire';

type Live = Extract<Standing, { kind: 'live' }>;

/** What is left, as an agent has to know it before it calls. Money as text of minor units. */
export function budgetView({ record, runId, isFrozen }: Live, balances: readonly BalanceReport[]) {
  const { key, policy } = record;
  const { id, version, name, provider, timeZone, requestsPerMonth, requestsPerSecond } = policy;
  return {
    vaultKeyId: key.id,
    agentType: key.agentType,
    runId: runId ?? null,
    provider,
    policy: { id, version, name, timeZone },
    expiresAt: iso(key.expiresAtMs),
    frozen: isFrozen,
    caps: balances.map(balanceView),
    perCallMax: amountsView(policy.perCallMaxMicros),
    approvalAbove: amountsView(policy.approval?.aboveMicros ?? new Map()),
    requestsPerMonth: requestsPerMonth ?? null,
    requestsPerSecond: requestsPerSecond ?? null,
    requires: { runId: policy.requireRunId, idempotencyKey: policy.requireIdempotencyKey },
  };
}

/** Every endpoint that the key may call, by the names that policies use. */
export function operationsView(providers: ProviderRegistry, { key, policy }: KeyRecord) {
  const { operations } = providers.get(policy.provider);
  const allowed = operations.filter((operation) => operation.class !== 'denied' && lineAllows(policy, key, operation));
  return {
    provider: policy.provider,
    data: allowed.map(({ resource, action, method, template, class: kind }) => ({
      operation: `${resource}:${action}`,
      endpoint: `${method} ${template}`,
      costsMoney: kind === 'money',
    })),
  };
}

/** What was decided of a call and why; `docs` says what to do about it. */
export function decisionView(entry: AuditEntry) {
  const { currency, reservedMicros, committedMicros } = entry;
  return {
    id: entry.id,
    decision: entry.decision,
    rule: entry.rule,
    message: entry.message,
    docs: entry.rule === null ? null : docsPath(entry.rule as Parameters<typeof docsPath>[0]),
    operation: entry.operation,
    endpoint: entry.endpoint,
    runId: entry.runId,
    idempotencyKey: entry.idempotencyKey,
    policyVersion: entry.policyVersion,
    state: entry.state,
    currency,
    reservedMinor: upOrNull(reservedMicros, currency),
    committedMinor: upOrNull(committedMicros, currency),
    upstreamStatus: entry.upstreamStatus,
    startedAt: iso(entry.startedAtMs),
    endedAt: iso(entry.endedAtMs),
  };
}

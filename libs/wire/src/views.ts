import type { BalanceReport, StoredVaultKey } from '@keybrake/application';
import type { Cap, Currency } from '@keybrake/domain';
import { down, iso, up } from './texts.js';

export const capView = ({ scope, window, currency, direction, limitMicros }: Cap) => ({
  scope,
  window,
  currency,
  direction,
  limitMinor: down(limitMicros, currency),
});

/** By currency. */
export function amountsView(micros: ReadonlyMap<Currency, bigint>): Record<string, string> {
  return Object.fromEntries([...micros].map(([currency, amount]) => [currency, down(amount, currency)]));
}

/** Without its text, which is shown once. */
export function vaultKeyView({ key, provider, createdAtMs, lineRevokedAtMs }: StoredVaultKey) {
  const [own] = key.parentId === undefined ? [] : key.attenuations;
  return {
    id: key.id,
    provider,
    agentType: key.agentType,
    label: key.label ?? null,
    policyId: key.policyId,
    credentialId: key.credentialId,
    parentId: key.parentId ?? null,
    runId: key.boundRunId ?? null,
    caps: (own?.caps ?? []).map(capView),
    allowedOperations: own?.allowedOperations ?? null,
    expiresAt: iso(key.expiresAtMs),
    revokedAt: iso(lineRevokedAtMs),
    createdAt: iso(createdAtMs),
  };
}

export function balanceView(report: BalanceReport) {
  const { currency, limitMicros, committedMicros, heldMicros } = report;
  const availableMicros = limitMicros - committedMicros - heldMicros;
  return {
    scope: report.scope,
    scopeId: report.scopeId,
    window: report.window,
    windowId: report.windowId,
    currency,
    direction: report.direction,
    limitMinor: down(limitMicros, currency),
    committedMinor: up(committedMicros, currency),
    heldMinor: up(heldMicros, currency),
    availableMinor: down(availableMicros, currency),
    limitMicros: limitMicros.toString(),
    committedMicros: committedMicros.toString(),
    heldMicros: heldMicros.toString(),
    resetsAt: report.window === 'total' ? null : iso(report.windowEndsAtMs),
  };
}

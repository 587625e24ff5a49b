import type { PolicyDraft, VaultKeyDraft } from '@keybrake/application';
import { type CredentialId, type Currency, moneyFromMinor, type PolicyId, parseCurrency } from '@keybrake/domain';
import { currencyOf, microsOf, toCap, toMs } from '@keybrake/wire';
import { Problem } from '../http/problem.js';
import type { PolicyBody, VaultKeyBody } from './requests.js';

export function toPolicyDraft(body: PolicyBody): PolicyDraft {
  const { unpriced } = body;
  return {
    name: body.name,
    provider: body.provider,
    allowedOperations: body.allowedOperations,
    caps: body.caps.map(toCap),
    perCallMaxMicros: toAmounts('/perCallMax', body.perCallMax),
    timeZone: body.timeZone,
    requestsPerMonth: body.requestsPerMonth ?? undefined,
    requestsPerSecond: body.requestsPerSecond ?? undefined,
    unpriced:
      unpriced === 'deny' ? 'deny' : moneyFromMinor(BigInt(unpriced.reserveMinor), currencyOf(unpriced.currency)),
    requireRunId: body.requireRunId,
    requireIdempotencyKey: body.requireIdempotencyKey,
    otherCurrencies: body.otherCurrencies,
    connectedAccounts: body.connectedAccounts,
    duplicateGuard: toGuard(body.duplicateGuard),
    approval: toApproval(body),
    mode: body.mode,
  };
}

function toAmounts(pointer: string, amounts: PolicyBody['perCallMax']): ReadonlyMap<Currency, bigint> {
  const entries = Object.entries(amounts).map(([code, amountMinor]): [Currency, bigint] => {
    const currency = parseCurrency(code);
    if (currency === undefined) {
      throw Problem.invalid([{ pointer: `${pointer}/${code}`, detail: 'is not a known currency' }], 422);
    }
    return [currency, microsOf(amountMinor, currency)];
  });
  return new Map(entries);
}

function toApproval({ approvalAbove, approvals }: PolicyBody): PolicyDraft['approval'] {
  const aboveMicros = toAmounts('/approvalAbove', approvalAbove);
  if (aboveMicros.size === 0) return undefined;
  return { aboveMicros, validMs: approvals.expiresInSeconds * 1_000, approvers: approvals.fourEyes ? 2 : 1 };
}

function toGuard(guard: PolicyBody['duplicateGuard']): PolicyDraft['duplicateGuard'] {
  if (guard === 'off') return undefined;
  const { mode, windowSeconds, scope } = guard;
  return { mode, windowMs: windowSeconds * 1_000, scope };
}

export function toVaultKeyDraft(body: VaultKeyBody): VaultKeyDraft {
  return {
    agentType: body.agentType,
    policyId: body.policyId as PolicyId,
    credentialId: body.credentialId as CredentialId | undefined,
    label: body.label,
    expiresAtMs: toMs(body.expiresAt),
  };
}

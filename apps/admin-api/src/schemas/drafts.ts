import type { ChildKeyDraft, PolicyDraft, VaultKeyDraft } from '@keybrake/application';
import {
  type Cap,
  type CredentialId,
  type Currency,
  moneyFromMinor,
  type PolicyId,
  parseCurrency,
  type RunId,
} from '@keybrake/domain';
import { Problem } from '../http/problem.js';
import type { CapBody, ChildBody, PolicyBody, VaultKeyBody } from './requests.js';

// The schemas have checked the codes; this only gives them their type.
const currencyOf = (code: string) => parseCurrency(code) as Currency;
const micros = (amountMinor: string, currency: Currency) => moneyFromMinor(BigInt(amountMinor), currency).micros;

function toCap({ scope, window, direction, currency, limitMinor }: CapBody): Cap {
  const code = currencyOf(currency);
  return { scope, window, direction, currency: code, limitMicros: micros(limitMinor, code) };
}

export function toPolicyDraft(body: PolicyBody): PolicyDraft {
  const perCallMax = Object.entries(body.perCallMax).map(([code, amountMinor]): [Currency, bigint] => {
    const currency = parseCurrency(code);
    if (currency === undefined)
      throw Problem.invalid([{ pointer: `/perCallMax/${code}`, detail: 'is not a known currency' }], 422);
    return [currency, micros(amountMinor, currency)];
  });
  const { unpriced } = body;
  return {
    name: body.name,
    provider: body.provider,
    allowedOperations: body.allowedOperations,
    caps: body.caps.map(toCap),
    perCallMaxMicros: new Map(perCallMax),
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
  };
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

export function toChildDraft(body: ChildBody): ChildKeyDraft {
  return {
    runId: body.runId as RunId,
    caps: body.caps.map(toCap),
    allowedOperations: body.allowedOperations,
    expiresAtMs: toMs(body.expiresAt),
    label: body.label,
  };
}

export function toMs(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant);
}

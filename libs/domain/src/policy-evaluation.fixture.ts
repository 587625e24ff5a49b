import type { Cap } from './cap.js';
import type { Currency } from './currency.js';
import type { AccountId, CredentialId, PolicyId, RunId, VaultKeyId } from './ids.js';
import type { Money } from './money.js';
import type { Policy } from './policy.js';
import { type CallFacts, evaluatePolicy, type Pricing } from './policy-evaluation.js';
import type { VaultKey } from './vault-key.js';

export const usd = 'usd' as Currency;
export const eur = 'eur' as Currency;
export const dollars = (amount: bigint): Money => ({ currency: usd, micros: amount * 1_000_000n });
export const run = (text: string) => text as RunId;

export const cap = (over: Partial<Cap> = {}): Cap => ({
  scope: 'key',
  window: 'day',
  currency: usd,
  direction: 'any',
  limitMicros: 100_000_000n,
  ...over,
});

export const policyOf = (over: Partial<Policy> = {}): Policy => ({
  id: 'pol_1' as PolicyId,
  accountId: 'default' as AccountId,
  version: 3,
  name: 'billing',
  provider: 'stripe',
  allowedOperations: ['charges:*', 'refunds:write'],
  caps: [cap()],
  perCallMaxMicros: new Map(),
  timeZone: 'Europe/Berlin',
  requestsPerMonth: undefined,
  requestsPerSecond: undefined,
  unpriced: 'deny',
  requireRunId: false,
  requireIdempotencyKey: false,
  otherCurrencies: 'deny',
  connectedAccounts: [],
  duplicateGuard: undefined,
  approval: undefined,
  mode: 'enforce',
  ...over,
});

export const keyOf = (over: Partial<VaultKey> = {}): VaultKey => ({
  id: 'key00001' as VaultKeyId,
  accountId: 'default' as AccountId,
  secretHash: 'hash',
  agentType: 'billing',
  label: undefined,
  policyId: 'pol_1' as PolicyId,
  credentialId: 'cred_1' as CredentialId,
  parentId: undefined,
  lineage: ['key00001' as VaultKeyId],
  boundRunId: undefined,
  attenuations: [],
  expiresAtMs: undefined,
  ...over,
});

export const childKey = (over: Partial<VaultKey> = {}): VaultKey =>
  keyOf({
    id: 'child001' as VaultKeyId,
    parentId: 'key00001' as VaultKeyId,
    lineage: ['child001' as VaultKeyId, 'key00001' as VaultKeyId],
    ...over,
  });

export const attenuation = (over: { caps?: readonly Cap[]; allowedOperations?: readonly string[] }) => ({
  keyId: 'child001' as VaultKeyId,
  caps: over.caps ?? [],
  allowedOperations: over.allowedOperations,
});

export const charge: CallFacts = {
  operation: { resource: 'charges', action: 'write', method: 'POST', template: '/v1/charges' },
  pricing: { kind: 'priced', amount: dollars(10n), direction: 'in' },
  runId: undefined,
  hasIdempotencyKey: true,
  mutates: true,
};

export const pricedAt = (pricing: Pricing): CallFacts => ({ ...charge, pricing });

export function refusalOf(policy: Policy, key: VaultKey, call: CallFacts) {
  const verdict = evaluatePolicy(policy, key, call);
  return verdict.kind === 'refused' ? verdict.refusal : undefined;
}

export function holdsOf(policy: Policy, key: VaultKey, call: CallFacts) {
  const verdict = evaluatePolicy(policy, key, call);
  if (verdict.kind === 'refused') throw new Error(`refused: ${verdict.refusal.code}`);
  return verdict;
}

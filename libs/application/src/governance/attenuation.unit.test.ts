import {
  anyPatternAllows,
  type Cap,
  type Currency,
  evaluatePolicy,
  type Policy,
  type RunId,
  type VaultKey,
  type Verdict,
} from '@keybrake/domain';
import { type Operation, providerById, providerRegistry } from '@keybrake/providers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GovernanceStore, StoredVaultKey } from '../ports/governance-store.js';
import type { GovernancePorts } from './governance.js';
import { GovernanceError } from './governance-error.js';
import { type ChildKeyDraft, mintChild } from './vault-keys.js';

// Every kind of the catalogue, and few enough to ask about each of them thousands of times.
const RESOURCES = ['charges', 'refunds', 'customers', 'customers.balance_transactions', 'payouts', 'balance'];
const operations = providerById('stripe').operations.filter(({ resource }) => RESOURCES.includes(resource));
const USD = 'usd' as Currency;
const ACTOR = { accountId: 'acct' as VaultKey['accountId'], name: 'system' };
const NOW_MS = 1_700_000_000_000;

const patterns = [
  ...new Set(operations.flatMap((o) => [`${o.resource}:*`, `*:${o.action}`, `${o.resource}:${o.action}`])),
  ...operations.map((o) => `${o.method} ${o.template}`),
  '*:*',
];
// Few subjects, so that the caps of one line often meet.
const anyCap: fc.Arbitrary<Cap> = fc.record({
  scope: fc.constantFrom('run', 'key'),
  window: fc.constant('day'),
  currency: fc.constant(USD),
  direction: fc.constantFrom('any', 'in'),
  limitMicros: fc.bigInt(1n, 5n).map((dollars) => dollars * 1_000_000n),
});
const anyCaps = fc.uniqueArray(anyCap, {
  maxLength: 3,
  selector: (cap) => `${cap.scope}/${cap.window}/${cap.direction}`,
});
// Wide ones often, or hardly a child would be minted.
const anyPattern = fc.oneof(fc.constantFrom('*:*', 'charges:*', '*:read'), fc.constantFrom(...patterns));
const anyPatterns = fc.uniqueArray(anyPattern, { minLength: 1, maxLength: 4 });
const anyDraft: fc.Arbitrary<ChildKeyDraft> = fc.record({
  caps: anyCaps,
  allowedOperations: fc.option(anyPatterns, { nil: undefined }),
  expiresAtMs: fc.option(fc.integer({ min: NOW_MS + 1, max: NOW_MS + 5 }), { nil: undefined }),
  runId: fc.constantFrom('run-1', 'run-1', 'run-1', 'run-2').map((id) => id as RunId),
  label: fc.constant(undefined),
});

const policyOf = (allowedOperations: readonly string[], caps: readonly Cap[]): Policy => ({
  id: 'pol_1' as Policy['id'],
  accountId: ACTOR.accountId,
  version: 1,
  name: 'any',
  provider: 'stripe',
  allowedOperations,
  caps,
  perCallMaxMicros: new Map(),
  timeZone: 'UTC',
  requestsPerMonth: undefined,
  requestsPerSecond: undefined,
  unpriced: 'deny',
  requireRunId: false,
  requireIdempotencyKey: false,
  otherCurrencies: 'deny',
  duplicateGuard: undefined,
  approval: undefined,
  mode: 'enforce',
  connectedAccounts: [],
});

const root: VaultKey = {
  id: 'root' as VaultKey['id'],
  accountId: ACTOR.accountId,
  secretHash: 'hash',
  agentType: 'billing',
  label: undefined,
  policyId: 'pol_1' as Policy['id'],
  credentialId: 'cred_1' as VaultKey['credentialId'],
  parentId: undefined,
  lineage: ['root' as VaultKey['id']],
  boundRunId: undefined,
  attenuations: [],
  expiresAtMs: undefined,
};

/** The ports that minting needs, with one policy and the keys of one line. */
function portsWith(policy: Policy, rootKey: VaultKey = root, lineRevokedAtMs?: number): GovernancePorts {
  const stored = (key: VaultKey): StoredVaultKey => ({
    key,
    provider: 'stripe',
    createdAtMs: NOW_MS,
    revokedAtMs: undefined,
    lineRevokedAtMs,
  });
  const keys = new Map<string, StoredVaultKey>([[rootKey.id, stored(rootKey)]]);
  const newId = () => `key${keys.size}`;
  const store: Partial<GovernanceStore> = {
    findVaultKey: async (_, keyId) => keys.get(keyId),
    findPolicy: async () => ({ policy, createdAtMs: NOW_MS, versionCreatedAtMs: NOW_MS }),
    insertVaultKey: async (row) => void keys.set(row.key.id, row),
  };
  const unused = async () => Promise.reject(new Error('not used'));
  return {
    providers: providerRegistry(),
    store: store as GovernanceStore,
    admission: { putKey: async () => undefined, setAccountFrozen: async () => undefined, putPolicyVersion: unused },
    cipher: { seal: unused, open: unused },
    digests: { secretHash: () => 'hash', isHashOf: () => true },
    secrets: { newId, newSecret: () => 'x'.repeat(43) },
    runtime: { nowMs: () => NOW_MS, newEventId: () => 'evt_1' as never },
  };
}

async function mintOrRefuse(ports: GovernancePorts, parent: VaultKey, draft: ChildKeyDraft) {
  try {
    return (await mintChild(ports, ACTOR, parent.id, draft)).stored.key;
  } catch (error) {
    if (error instanceof GovernanceError && error.code === 'widening') return undefined;
    throw error;
  }
}

function verdictOf(policy: Policy, key: VaultKey, operation: Operation, runId: RunId | undefined): Verdict {
  const { direction } = operation;
  const amount = { currency: USD, micros: 1_000_000n };
  const pricing =
    direction === undefined ? ({ kind: 'free' } as const) : { kind: 'priced' as const, amount, direction };
  return evaluatePolicy(policy, key, { operation, pricing, runId, hasIdempotencyKey: true, mutates: true });
}

function expectNarrower(policy: Policy, parent: VaultKey, child: VaultKey): void {
  for (const operation of operations) {
    const ofChild = verdictOf(policy, child, operation, child.boundRunId);
    if (ofChild.kind === 'refused') continue;
    const ofParent = verdictOf(policy, parent, operation, child.boundRunId);
    if (ofParent.kind === 'refused') throw new Error(`${operation.template}: the child may, the parent may not`);
    const limits = new Map(ofChild.caps.map((cap) => [cap.counter, cap.limitMicros]));
    for (const cap of ofParent.caps)
      expect(limits.get(cap.counter) ?? cap.limitMicros + 1n).toBeLessThanOrEqual(cap.limitMicros);
  }
  expect(child.lineage).toEqual([child.id, ...parent.lineage]);
  if (parent.boundRunId !== undefined) expect(child.boundRunId).toBe(parent.boundRunId);
  if (parent.expiresAtMs !== undefined) expect(child.expiresAtMs).toBeLessThanOrEqual(parent.expiresAtMs);
}

/** What a child was granted in its own words is within what its parent has, whatever else is checked at a call. */
function expectOwnGrantWithin(policy: Policy, parent: VaultKey, child: VaultKey): void {
  const own = child.attenuations[0];
  const lists = [policy.allowedOperations, ...parent.attenuations.map((line) => line.allowedOperations)];
  for (const operation of operations) {
    if (own?.allowedOperations === undefined || !anyPatternAllows(own.allowedOperations, operation)) continue;
    expect(lists.every((list) => list === undefined || anyPatternAllows(list, operation))).toBe(true);
  }
  const inherited = [...policy.caps, ...parent.attenuations.flatMap((line) => line.caps)];
  for (const cap of own?.caps ?? []) {
    const same = inherited.filter(
      (other) => other.scope === cap.scope && other.window === cap.window && other.direction === cap.direction,
    );
    for (const other of same) expect(cap.limitMicros).toBeLessThanOrEqual(other.limitMicros);
  }
}

test('no child, at any depth, can do what its parent cannot', async () => {
  let minted = 0;
  const chains = fc.array(anyDraft, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(anyPatterns, anyCaps, chains, async (allowed, caps, drafts) => {
      const policy = policyOf(allowed, caps);
      const ports = portsWith(policy);
      let parent = root;
      for (const draft of drafts) {
        const child = await mintOrRefuse(ports, parent, draft);
        if (child === undefined) continue;
        expectNarrower(policy, parent, child);
        expectOwnGrantWithin(policy, parent, child);
        parent = child;
        minted += 1;
      }
    }),
    { numRuns: 4_000 },
  );
  expect(minted).toBeGreaterThan(2_000);
});

const policy = policyOf(
  ['charges:*', 'refunds:read'],
  [{ scope: 'key', window: 'day', currency: USD, direction: 'any', limitMicros: 5_000_000n }],
);
const plain: ChildKeyDraft = {
  caps: [],
  allowedOperations: undefined,
  expiresAtMs: undefined,
  runId: 'run-1' as RunId,
  label: undefined,
};
const cap = (limitMicros: bigint): Cap => ({
  scope: 'key',
  window: 'day',
  currency: USD,
  direction: 'any',
  limitMicros,
});

test.each<[string, Partial<ChildKeyDraft>, string]>([
  ['an operation the parent lacks', { allowedOperations: ['charges:read', 'refunds:write'] }, '/allowedOperations/1'],
  ['a wider pattern', { allowedOperations: ['refunds:*'] }, '/allowedOperations/0'],
  ['a higher cap', { caps: [cap(5_000_001n)] }, '/caps/0/limitMicros'],
  ['a later expiry', { expiresAtMs: NOW_MS + 101 }, '/expiresAtMs'],
  ['another run', { runId: 'run-2' as RunId }, '/runId'],
])('%s is refused with its place', async (_, draft, pointer) => {
  const parent = { ...root, expiresAtMs: NOW_MS + 100, boundRunId: 'run-1' as RunId };
  const minting = mintChild(portsWith(policy, parent), ACTOR, parent.id, { ...plain, ...draft });
  await expect(minting).rejects.toMatchObject({ code: 'widening', problems: [{ pointer }] });
});

test('a grandchild is held to its parent, where that is narrower than the policy', async () => {
  const ports = portsWith(policy);
  const child = (
    await mintChild(ports, ACTOR, root.id, { ...plain, caps: [cap(2_000_000n)], allowedOperations: ['charges:read'] })
  ).stored.key;
  const wider = { ...plain, caps: [cap(3_000_000n)], allowedOperations: ['charges:write'] };
  await expect(mintChild(ports, ACTOR, child.id, wider)).rejects.toMatchObject({
    code: 'widening',
    problems: [{ pointer: '/allowedOperations/0' }, { pointer: '/caps/0/limitMicros' }],
  });
});

test('an equal grant is no widening, and what is not said is inherited', async () => {
  const parent = { ...root, expiresAtMs: NOW_MS + 100 };
  const draft = { ...plain, caps: [cap(5_000_000n)], allowedOperations: ['charges:write', 'GET /v1/refunds'] };
  const { stored, vaultKey } = await mintChild(portsWith(policy, parent), ACTOR, parent.id, draft);
  expect(stored.key).toMatchObject({ parentId: 'root', lineage: ['key1', 'root'], expiresAtMs: NOW_MS + 100 });
  expect(vaultKey).toBe(`vk_acct_key1_${'x'.repeat(43)}`);
});

test.each<[string, VaultKey, number | undefined]>([
  ['a revoked line', root, NOW_MS - 1],
  ['an expired parent', { ...root, expiresAtMs: NOW_MS }, undefined],
  ['a line of eight', { ...root, lineage: Array.from({ length: 8 }, () => root.id) }, undefined],
])('%s gets no children', async (_, parent, lineRevokedAtMs) => {
  const ports = portsWith(policy, parent, lineRevokedAtMs);
  await expect(mintChild(ports, ACTOR, parent.id, plain)).rejects.toMatchObject({ code: 'conflict' });
});

test('a pattern that matches nothing is a mistake, not a narrow grant', async () => {
  const minting = mintChild(portsWith(policy), ACTOR, root.id, { ...plain, allowedOperations: ['charge:write'] });
  await expect(minting).rejects.toMatchObject({ code: 'invalid', problems: [{ pointer: '/allowedOperations/0' }] });
});

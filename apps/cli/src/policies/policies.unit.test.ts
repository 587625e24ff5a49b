import { policyFields, withPolicyDefaults } from '@keybrake/admin-client';
import { jsonDifferences } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { describeChange } from './changes.js';
import { writable } from './policy-file.js';

const wanted = {
  name: 'billing',
  provider: 'stripe',
  allowedOperations: ['charges:*'],
  caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '100' }],
};

test('what is left out is what the API fills in, so the same policy has no changes', () => {
  const full = withPolicyDefaults(wanted);
  expect(full).toMatchObject({ timeZone: 'UTC', unpriced: 'deny', mode: 'enforce', requireRunId: false });
  expect(full.caps).toEqual([{ ...wanted.caps[0], direction: 'any' }]);
  const shown = { ...full, id: 'pol_1', version: 3, requestsPerMonth: null, createdAt: '2026-11-25T00:00:00Z' };
  expect(jsonDifferences(writable(shown), withPolicyDefaults(wanted))).toEqual([]);
  expect(policyFields).toContain('connectedAccounts');
});

test('inside a choice too', () => {
  const guarded = { ...wanted, duplicateGuard: { mode: 'block', windowSeconds: 60 } };
  expect(withPolicyDefaults(guarded).duplicateGuard).toEqual({ mode: 'block', windowSeconds: 60, scope: 'run' });
  expect(withPolicyDefaults(wanted).duplicateGuard).toBe('off');
});

test('changes are told by pointer, value and sign', () => {
  const changed = { ...wanted, allowedOperations: ['charges:*', 'refunds:*'], timeZone: 'Europe/Berlin' };
  const lines = jsonDifferences(withPolicyDefaults(wanted), withPolicyDefaults(changed)).map(describeChange);
  expect(lines).toEqual([
    { sign: '+', text: '/allowedOperations/1  "refunds:*"' },
    { sign: '~', text: '/timeZone  "UTC" → "Europe/Berlin"' },
  ]);
  const [gone] = jsonDifferences(withPolicyDefaults(changed), withPolicyDefaults(wanted)).map(describeChange);
  expect(gone).toEqual({ sign: '-', text: '/allowedOperations/1  "refunds:*"' });
});

import { describe, expect, test } from 'vitest';
import type { Policy } from './policy.js';
import {
  charge,
  childKey,
  dollars,
  holdsOf,
  keyOf,
  policyOf,
  pricedAt,
  refusalOf,
  run,
} from './policy-evaluation.fixture.js';
import type { CallFacts } from './policy-evaluation.js';

describe('in shadow', () => {
  const shadow = (over: Partial<Policy> = {}) => policyOf({ ...over, mode: 'shadow' });
  const through = (policy: Policy, call: CallFacts, key = keyOf()) => {
    const { shadowRefusal, caps } = holdsOf(policy, key, call);
    return [shadowRefusal?.code, caps.length];
  };

  test.each([
    ['an operation outside it', shadow({ allowedOperations: [] }), charge, 'operation_not_allowed', 1],
    ['no run id', shadow({ requireRunId: true }), charge, 'run_id_required', 1],
    ['no price', shadow(), pricedAt({ kind: 'unpriced', reason: 'x', direction: 'in' }), 'unpriced_operation', 0],
    ['no cap', shadow({ caps: [] }), charge, 'currency_not_capped', 0],
    ['nothing', shadow(), charge, undefined, 1],
  ] as const)('%s is let through, counted where it can be, and named', (_name, policy, call, code, caps) => {
    expect(through(policy, call)).toEqual([code, caps]);
    const enforced = refusalOf({ ...policy, mode: 'enforce' }, keyOf(), call);
    expect(enforced?.code).toBe(code);
  });

  test('a key of another run, and an amount that nothing can count, are refused whatever else is wrong', () => {
    const bound = childKey({ boundRunId: run('run-1') });
    const wrong = shadow({ allowedOperations: [] });
    expect(refusalOf(wrong, bound, { ...charge, runId: run('run-2') })?.code).toBe('run_id_mismatch');
    const endless = pricedAt({ kind: 'priced', amount: { ...dollars(1n), micros: 2n ** 63n }, direction: 'in' });
    expect(refusalOf(wrong, keyOf(), endless)?.code).toBe('invalid_request');
  });
});

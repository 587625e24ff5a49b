import { describe, expect, test } from 'vitest';
import type { Currency } from './currency.js';
import { MICROS_MAX, type Money } from './money.js';
import type { Policy } from './policy.js';
import {
  attenuation,
  cap,
  charge,
  childKey,
  dollars,
  eur,
  holdsOf,
  keyOf,
  policyOf,
  pricedAt,
  refusalOf,
  run,
  usd,
} from './policy-evaluation.fixture.js';
import { type CallFacts, describeAmount } from './policy-evaluation.js';

describe('which operations', () => {
  test('an operation outside the policy is refused by its name and endpoint', () => {
    expect(refusalOf(policyOf({ allowedOperations: ['refunds:*'] }), keyOf(), charge)).toEqual({
      code: 'operation_not_allowed',
      operation: 'charges:write',
      endpoint: 'POST /v1/charges',
    });
  });

  test('an empty list allows nothing', () => {
    expect(refusalOf(policyOf({ allowedOperations: [] }), keyOf(), charge)?.code).toBe('operation_not_allowed');
  });

  test.each(['charges:write', 'charges:*', '*:write', '*:*', 'POST /v1/charges'])('%s allows the charge', (pattern) => {
    expect(holdsOf(policyOf({ allowedOperations: [pattern] }), keyOf(), charge).amount).toEqual(dollars(10n));
  });

  test('a child key can narrow what its parent allows, never widen it', () => {
    const narrow = childKey({ attenuations: [attenuation({ allowedOperations: ['charges:read'] })] });
    expect(refusalOf(policyOf(), narrow, charge)?.code).toBe('operation_not_allowed');
    const wide = childKey({ attenuations: [attenuation({ allowedOperations: ['*:*'] })] });
    expect(refusalOf(policyOf({ allowedOperations: ['refunds:*'] }), wide, charge)?.code).toBe('operation_not_allowed');
    const silent = childKey({ attenuations: [attenuation({})] });
    expect(holdsOf(policyOf(), silent, charge).amount).toEqual(dollars(10n));
  });
});

describe('run id and idempotency key', () => {
  test('a bound key speaks for its own run only', () => {
    const bound = childKey({ boundRunId: run('run-1') });
    expect(refusalOf(policyOf(), bound, { ...charge, runId: run('run-2') })?.code).toBe('run_id_mismatch');
    expect(refusalOf(policyOf(), bound, charge)?.code).toBe('run_id_mismatch');
    expect(refusalOf(policyOf(), bound, { ...charge, runId: run('run-1') })).toBeUndefined();
  });

  test('a run id is required by the policy or by a cap per run', () => {
    expect(refusalOf(policyOf({ requireRunId: true }), keyOf(), charge)?.code).toBe('run_id_required');
    const perRun = policyOf({ caps: [cap({ scope: 'run' })] });
    expect(refusalOf(perRun, keyOf(), charge)?.code).toBe('run_id_required');
    const held = holdsOf(perRun, keyOf(), { ...charge, runId: run('run-1') });
    expect(held.caps.map(({ scopeId }) => scopeId)).toEqual(['key00001:run-1']);
  });

  test('an idempotency key is required of calls that change something', () => {
    const strict = policyOf({ requireIdempotencyKey: true });
    expect(refusalOf(strict, keyOf(), { ...charge, hasIdempotencyKey: false })?.code).toBe('idempotency_key_required');
    expect(refusalOf(strict, keyOf(), charge)).toBeUndefined();
    const reading: CallFacts = { ...pricedAt({ kind: 'free' }), hasIdempotencyKey: false, mutates: false };
    expect(refusalOf(strict, keyOf(), reading)).toBeUndefined();
  });
});

describe('amounts', () => {
  test('a free call holds nothing', () => {
    expect(holdsOf(policyOf({ caps: [] }), keyOf(), pricedAt({ kind: 'free' }))).toEqual({
      kind: 'allowed',
      amount: undefined,
      caps: [],
    });
  });

  test('a zero amount holds nothing', () => {
    const held = holdsOf(policyOf(), keyOf(), pricedAt({ kind: 'priced', amount: dollars(0n), direction: 'in' }));
    expect(held).toEqual({ kind: 'allowed', amount: dollars(0n), caps: [] });
  });

  test('an unpriced call is refused with its reason, or holds the fixed reserve', () => {
    const unpriced = pricedAt({ kind: 'unpriced', reason: 'no amount.', direction: 'in' });
    expect(refusalOf(policyOf(), keyOf(), unpriced)).toEqual({ code: 'unpriced_operation', reason: 'no amount.' });
    expect(holdsOf(policyOf({ unpriced: dollars(25n) }), keyOf(), unpriced).amount).toEqual(dollars(25n));
  });

  test('the per-call maximum is inclusive, and of its own currency only', () => {
    const max = (currency: Currency, micros: bigint) => policyOf({ perCallMaxMicros: new Map([[currency, micros]]) });
    expect(refusalOf(max(usd, 10_000_000n), keyOf(), charge)).toBeUndefined();
    expect(refusalOf(max(eur, 1n), keyOf(), charge)).toBeUndefined();
    expect(refusalOf(max(usd, 9_999_999n), keyOf(), charge)).toEqual({
      code: 'per_call_max_exceeded',
      requested: dollars(10n),
      max: { currency: usd, micros: 9_999_999n },
    });
  });

  test('an amount that the stores could not count exactly is refused', () => {
    const of = (micros: bigint) => pricedAt({ kind: 'priced', amount: { currency: usd, micros }, direction: 'in' });
    expect(refusalOf(policyOf(), keyOf(), of(MICROS_MAX))).toBeUndefined();
    expect(refusalOf(policyOf(), keyOf(), of(MICROS_MAX + 1n))?.code).toBe('invalid_request');
  });

  test('for people: an amount, or free', () => {
    expect(describeAmount(dollars(10n))).toBe('10.00 USD');
    expect(describeAmount(undefined)).toBe('free');
  });
});

describe('a currency without a cap', () => {
  const fx = { base: usd, rateNanos: new Map([[eur, 1_100_000_000n]]), marginBasisPoints: 0 };
  const inEuros: CallFacts = {
    ...pricedAt({ kind: 'priced', amount: { currency: eur, micros: 10_000_000n }, direction: 'in' }),
    fx,
  };
  const denied = { code: 'currency_not_capped', currency: eur };

  test('is denied, unless the policy converts it into the base, which is capped', () => {
    expect(refusalOf(policyOf(), keyOf(), inEuros)).toEqual(denied);
    const held = holdsOf(policyOf({ otherCurrencies: 'convert' }), keyOf(), inEuros);
    expect(held.amount).toEqual(dollars(11n));
    expect(held.conversion).toMatchObject({ from: { currency: eur, micros: 10_000_000n }, rateNanos: 1_100_000_000n });
    expect(held.caps.map(({ currency }) => currency)).toEqual([usd]);
  });

  test('is denied without a rate, and where the base is not capped', () => {
    const converts = policyOf({ otherCurrencies: 'convert' });
    expect(refusalOf(converts, keyOf(), { ...inEuros, fx: undefined })).toEqual(denied);
    expect(refusalOf(converts, keyOf(), { ...inEuros, fx: { ...fx, rateNanos: new Map() } })).toEqual(denied);
    expect(refusalOf(policyOf({ otherCurrencies: 'convert', caps: [] }), keyOf(), inEuros)).toEqual(denied);
  });

  test('is not converted when it has a cap of its own', () => {
    const both = policyOf({ otherCurrencies: 'convert', caps: [cap(), cap({ currency: eur })] });
    const held = holdsOf(both, keyOf(), inEuros);
    expect([held.amount?.currency, held.conversion]).toEqual([eur, undefined]);
  });

  test('a per-call maximum in either currency counts', () => {
    const max = (currency: Currency, micros: bigint) =>
      policyOf({ otherCurrencies: 'convert', perCallMaxMicros: new Map([[currency, micros]]) });
    expect(refusalOf(max(usd, 10_999_999n), keyOf(), inEuros)).toMatchObject({ requested: dollars(11n) });
    expect(refusalOf(max(eur, 9_999_999n), keyOf(), inEuros)).toMatchObject({ max: { currency: eur } });
    expect(refusalOf(max(usd, 11_000_000n), keyOf(), inEuros)).toBeUndefined();
  });
});

describe('which caps', () => {
  test('a currency or direction without a cap is denied', () => {
    const denied = { code: 'currency_not_capped', currency: usd };
    expect(refusalOf(policyOf({ caps: [cap({ currency: eur })] }), keyOf(), charge)).toEqual(denied);
    expect(refusalOf(policyOf({ caps: [cap({ direction: 'out' })] }), keyOf(), charge)).toEqual(denied);
    expect(refusalOf(policyOf({ caps: [] }), keyOf(), charge)).toEqual(denied);
  });

  test("a child's own cap alone opens no currency to it", () => {
    const child = childKey({ attenuations: [attenuation({ caps: [cap()] })] });
    expect(refusalOf(policyOf({ caps: [] }), child, charge)?.code).toBe('currency_not_capped');
  });

  test('every scope binds to its subject, in one order for all calls', () => {
    const scopes = ['run', 'key', 'agent_type', 'account'] as const;
    const policy = policyOf({ caps: scopes.map((scope) => cap({ scope })) });
    const held = holdsOf(policy, keyOf(), { ...charge, runId: run('r1') });
    expect(held.caps.map(({ scopeId }) => scopeId)).toEqual(['default', 'billing', 'key00001', 'key00001:r1']);
    const reversed = policyOf({ caps: [...policy.caps].reverse() });
    expect(holdsOf(reversed, keyOf(), { ...charge, runId: run('r1') }).caps).toEqual(held.caps);
  });

  test("a child shares its root's budget and adds its own", () => {
    const child = childKey({ attenuations: [attenuation({ caps: [cap({ limitMicros: 5_000_000n })] })] });
    const held = holdsOf(policyOf(), child, charge);
    expect(held.caps.map(({ scopeId, limitMicros }) => [scopeId, limitMicros])).toEqual([
      ['child001', 5_000_000n],
      ['key00001', 100_000_000n],
    ]);
  });

  test("a child's run cap binds only to a call that names a run", () => {
    const child = childKey({ attenuations: [attenuation({ caps: [cap({ scope: 'run' })] })] });
    expect(holdsOf(policyOf(), child, charge).caps).toHaveLength(1);
    expect(holdsOf(policyOf(), child, { ...charge, runId: run('r1') }).caps).toHaveLength(2);
  });

  test('of two caps on one counter the lower limit counts, in either order', () => {
    const caps = [cap({ limitMicros: 7n }), cap({ limitMicros: 3n })];
    expect(holdsOf(policyOf({ caps }), keyOf(), charge).caps.map(({ limitMicros }) => limitMicros)).toEqual([3n]);
    const reversed = holdsOf(policyOf({ caps: [...caps].reverse() }), keyOf(), charge);
    expect(reversed.caps.map(({ limitMicros }) => limitMicros)).toEqual([3n]);
  });
});

describe('approval', () => {
  const approval = { aboveMicros: new Map([[usd, 9_000_000n]]), validMs: 60_000, approvers: 1 } as const;
  const of = (over: Partial<Policy>) => policyOf({ approval, ...over });

  test('is needed above the amount, not at it, in no other currency, and never for what costs nothing', () => {
    const asked = (policy: Policy, amount: Money) =>
      holdsOf(policy, keyOf(), pricedAt({ kind: 'priced', amount, direction: 'in' })).approval?.amount;
    expect(asked(of({}), dollars(10n))).toEqual(dollars(10n));
    expect(asked(of({}), dollars(9n))).toBeUndefined();
    expect(asked(of({}), dollars(0n))).toBeUndefined();
    expect(asked(of({ caps: [cap({ currency: eur })] }), { currency: eur, micros: 10_000_000n })).toBeUndefined();
    expect(asked(policyOf(), dollars(10n))).toBeUndefined();
  });

  test('asks for an idempotency key, and for nobody where the policy refuses anyway', () => {
    const noKey = { ...charge, hasIdempotencyKey: false };
    expect(refusalOf(of({}), keyOf(), noKey)?.code).toBe('idempotency_key_required');
    expect(refusalOf(of({ allowedOperations: [] }), keyOf(), charge)?.code).toBe('operation_not_allowed');
    expect(refusalOf(of({ perCallMaxMicros: new Map([[usd, 1n]]) }), keyOf(), charge)?.code).toBe(
      'per_call_max_exceeded',
    );
  });

  test('of a converted amount: above in either currency, and asked for in its own', () => {
    const fx = { base: usd, rateNanos: new Map([[eur, 1_100_000_000n]]), marginBasisPoints: 0 };
    const amount = { currency: eur, micros: 10_000_000n };
    const call = { ...pricedAt({ kind: 'priced', amount, direction: 'in' }), fx };
    const asked = (aboveMicros: ReadonlyMap<Currency, bigint>) =>
      holdsOf(of({ otherCurrencies: 'convert', approval: { ...approval, aboveMicros } }), keyOf(), call).approval;
    expect(asked(new Map([[usd, 10_500_000n]]))).toEqual({ amount, above: { currency: usd, micros: 10_500_000n } });
    expect(asked(new Map([[usd, 11_000_000n]]))).toBeUndefined();
    expect(asked(new Map([[eur, 9_000_000n]]))).toEqual({ amount, above: { currency: eur, micros: 9_000_000n } });
  });

  test('in shadow is told and asked of nobody', () => {
    const held = holdsOf(of({ mode: 'shadow' }), keyOf(), charge);
    expect(held.approval).toBeUndefined();
    expect(held.shadowRefusal).toEqual({ code: 'approval_required', requested: dollars(10n), above: dollars(9n) });
  });
});

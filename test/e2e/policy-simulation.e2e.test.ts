import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callMix, type MixedCall, mixedKeys } from '../harness/call-mix.ts';
import { sized } from '../harness/chaos.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const CALLS = sized(1_200, 100_000);

interface Side {
  readonly allowed: number;
  readonly denied: number;
  readonly replayed: number;
  readonly spend: readonly { readonly currency: string; readonly amountMinor: string }[];
  readonly denials: readonly { readonly rule: string; readonly calls: number }[];
}
interface Simulation {
  readonly calls: number;
  readonly undecided: number;
  readonly recorded: Side;
  readonly simulated: Side;
  readonly changes: readonly {
    readonly before: string;
    readonly after: string;
    readonly rule: string;
    readonly calls: number;
  }[];
  readonly examples: readonly {
    readonly id: string;
    readonly message: string | null;
    readonly afterRule: string | null;
  }[];
}

const cap = (scope: string, window: string, currency: string, limit: number, direction = 'any') => ({
  scope,
  window,
  currency,
  direction,
  limitMinor: String(limit),
});

const wide = {
  name: 'as it was',
  provider: 'stripe',
  allowedOperations: ['*:*'],
  caps: ['usd', 'eur', 'gbp'].map((currency) => cap('key', 'day', currency, 10_000_000_000)),
};

/** Each rule of it denies something. */
const strict = {
  ...wide,
  name: 'as it should have been',
  allowedOperations: ['charges:*', 'payouts:write'],
  caps: [
    cap('run', 'total', 'usd', CALLS * 45),
    cap('key', 'day', 'usd', CALLS * 120),
    cap('agent_type', 'rolling_24h', 'usd', CALLS * 220),
    cap('account', 'month', 'usd', CALLS * 400),
    cap('account', 'day', 'usd', CALLS * 25, 'out'),
    cap('key', 'day', 'eur', CALLS * 30),
  ],
  perCallMax: { usd: '2500' },
  approvalAbove: { usd: '2300' },
  requireIdempotencyKey: true,
  requestsPerMonth: Math.round(CALLS * 0.11),
  duplicateGuard: { mode: 'block', windowSeconds: 3_600, scope: 'run' },
};

describe.each(PROFILES)('a policy tried on recorded calls (%s)', (profile) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ profile });
  });
  afterAll(async () => {
    await system.stop();
  });

  /** The mix, one call after the other, with keys of the policy. */
  async function live(policy: object, mix: readonly MixedCall[]): Promise<string> {
    const { id: policyId } = await system.admin<{ id: string }>('POST', '/v1/policies', policy);
    const keys: string[] = [];
    for (const { agentType } of mixedKeys) {
      const { vaultKey } = await system.admin<{ vaultKey: string }>('POST', '/v1/vault-keys', { agentType, policyId });
      keys.push(vaultKey);
    }
    for (const { key, run, method, path, body, idempotencyKey } of mix) {
      const response = await fetch(`${system.gatewayUrl}${path}`, {
        method,
        headers: {
          ...{ authorization: `Bearer ${keys[key]}.${run}`, 'content-type': 'application/x-www-form-urlencoded' },
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(method === 'GET' ? {} : { body }),
      });
      await response.arrayBuffer();
      expect([path, body, response.status < 500]).toEqual([path, body, true]);
    }
    await system.foldedUp();
    return policyId;
  }

  const simulate = (policy: object, policyId: string, from?: string) =>
    system.admin<Simulation>('POST', '/v1/policy-simulations', { policy, policyId, ...(from && { from }) });

  /** What the audit says of the calls that the policy has decided. */
  async function figuresOf(policyId: string) {
    const counts = await system.sql<{ decision: string; rule: string | null; calls: number }>(
      `select decision, case when decision = 'denied' then rule end as rule, count(*)::integer as calls
         from ledger.audit_entries where policy_id = $1 group by 1, 2`,
      [policyId],
    );
    const spend = await system.sql<{ currency: string; micros: string }>(
      `select currency, sum(committed_micros)::text as micros from ledger.audit_entries
        where policy_id = $1 and committed_micros > 0 group by 1`,
      [policyId],
    );
    const of = (decision: string) =>
      counts.filter((row) => row.decision === decision).reduce((sum, { calls }) => sum + calls, 0);
    return sorted({
      allowed: of('allowed'),
      denied: of('denied'),
      replayed: of('replayed'),
      spend: spend.map(({ currency, micros }) => ({ currency, amountMinor: String(BigInt(micros) / 10_000n) })),
      denials: counts.flatMap(({ decision, rule, calls }) =>
        decision === 'denied' ? [{ rule: rule ?? '', calls }] : [],
      ),
    });
  }

  const sorted = ({ spend, denials, ...counts }: Side): Side => ({
    ...counts,
    spend: [...spend].sort((a, b) => (a.currency < b.currency ? -1 : 1)),
    denials: [...denials].sort((a, b) => (a.rule < b.rule ? -1 : 1)),
  });

  test(`${CALLS} recorded calls: the figures of enforcing it live on the same sequence`, {
    timeout: 3_600_000,
  }, async () => {
    const mix = callMix(CALLS);
    const recordedId = await live(wide, mix);
    const startedMs = performance.now();
    const simulation = await simulate(strict, recordedId);
    process.stdout.write(`${CALLS} calls simulated in ${Math.round(performance.now() - startedMs)} ms\n`);
    expect([simulation.calls, simulation.undecided]).toEqual([CALLS, 0]);
    expect(sorted(simulation.recorded)).toEqual(await figuresOf(recordedId));

    const strictId = await live(strict, mix);
    const figures = await figuresOf(strictId);
    expect(sorted(simulation.simulated)).toEqual(figures);
    const rules = new Set(figures.denials.map(({ rule }) => rule));
    const expected = [
      'approval_required',
      'cap_exceeded',
      'currency_not_capped',
      'duplicate_call',
      'idempotency_key_required',
    ];
    for (const rule of [...expected, 'idempotency_mismatch', 'per_call_max_exceeded', 'quota_exceeded']) {
      expect([rule, rules.has(rule)]).toEqual([rule, true]);
    }

    // And back: what the strict policy has denied, the wide one would have let through.
    const back = await simulate(wide, strictId);
    expect(sorted(back.simulated)).toEqual(await figuresOf(recordedId));
    // The policy that was in force changes nothing.
    const same = await simulate(strict, strictId);
    expect(sorted(same.simulated)).toEqual(figures);
    expect(same.changes).toEqual([]);
    const changed = back.changes.find(({ rule }) => rule === 'cap_exceeded');
    expect(changed).toMatchObject({ before: 'denied', after: 'allowed' });
    expect(simulation.examples.some(({ message }) => message?.includes('per-call maximum exceeded'))).toBe(true);
  });
});

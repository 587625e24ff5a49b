import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agreedBalances } from '../harness/balances.ts';
import { charge, executedMarkers } from '../harness/calls.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

interface Entry {
  readonly decision: string;
  readonly rule: string | null;
  readonly message: string | null;
  readonly committedMinor: string | null;
}

describe.each(PROFILES)('a policy in shadow (%s)', (profile) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ profile });
  });
  afterAll(async () => {
    await system.stop();
  });

  const body = {
    name: 'shadow',
    provider: 'stripe',
    allowedOperations: ['charges:*'],
    caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000' }],
    perCallMax: { usd: '8000' },
    duplicateGuard: { mode: 'block', windowSeconds: 3_600, scope: 'key' },
  };

  async function keyOf(mode: 'shadow' | 'enforce') {
    const policy = await system.admin<{ id: string; mode: string }>('POST', '/v1/policies', { ...body, mode });
    expect(policy.mode).toBe(mode);
    const key = await system.admin<{ id: string; vaultKey: string }>('POST', '/v1/vault-keys', {
      agentType: 'billing',
      policyId: policy.id,
    });
    return { ...key, policyId: policy.id };
  }

  const pay = (vaultKey: string, amount: number, mark: string, currency = 'usd') =>
    charge(
      system.gatewayUrl,
      vaultKey,
      `amount=${amount}&currency=${currency}&source=tok_visa&description=${mark}`,
      randomUUID(),
    );

  test('decides, counts and records like one that is enforced, and lets through what that one refuses', async () => {
    const [shadow, enforced] = [await keyOf('shadow'), await keyOf('enforce')];
    const mark = randomUUID();
    const calls: readonly (readonly [
      amount: number,
      mark: string,
      currency: string,
      rule: string | null,
      status: number,
    ])[] = [
      [6_000, `${mark}-1`, 'usd', null, 200],
      [6_000, `${mark}-1`, 'usd', 'duplicate_call', 409],
      [9_000, `${mark}-2`, 'usd', 'per_call_max_exceeded', 403],
      [7_000, `${mark}-3`, 'usd', 'cap_exceeded', 429],
      [100, `${mark}-4`, 'eur', 'currency_not_capped', 403],
    ];
    for (const [amount, name, currency, rule, status] of calls) {
      const through = await pay(shadow.vaultKey, amount, name, currency);
      expect([name, through.status, through.headers.get('keybrake-decision')]).toEqual([name, 200, 'allowed']);
      expect([name, through.headers.get('keybrake-would-deny')]).toEqual([name, rule]);
      expect([name, (await pay(enforced.vaultKey, amount, name, currency)).status]).toEqual([name, status]);
    }
    const refund = await fetch(`${system.gatewayUrl}/v1/refunds?limit=1`, {
      headers: { authorization: `Bearer ${shadow.vaultKey}` },
    });
    expect([refund.status, refund.headers.get('keybrake-would-deny')]).toEqual([200, 'operation_not_allowed']);

    const executed = executedMarkers(await system.witness('stripe'), mark);
    // Each of the five in shadow, one of the others.
    expect(executed).toHaveLength(calls.length + 1);
    await system.foldedUp();
    const { data } = await system.admin<{ data: Entry[] }>('GET', `/v1/audit?vaultKeyId=${shadow.id}`);
    expect(data.map(({ decision, rule }) => [decision, rule]).reverse()).toEqual([
      ...calls.map(([, , , rule]) => ['allowed', rule]),
      ['allowed', 'operation_not_allowed'],
    ]);
    expect(data.find(({ rule }) => rule === 'cap_exceeded')?.message).toContain(
      'in shadow, would be refused: daily cap exceeded',
    );
    const verified = await system.admin<{ valid: boolean }>('GET', `/v1/audit/verify?vaultKeyId=${shadow.id}`);
    expect(verified.valid).toBe(true);
    // All of it counts, above the limit too.
    const counted = { committedMicros: 280_000_000n, heldMicros: 0n };
    expect(await agreedBalances(system, shadow.id)).toMatchObject([counted]);
  });

  test('a dead key and an idempotency key with another body are refused in shadow too; enforcing begins with the next version', async () => {
    const { id, vaultKey, policyId } = await keyOf('shadow');
    const form = 'amount=20000&currency=usd&source=tok_visa';
    expect((await charge(system.gatewayUrl, vaultKey, form, 'once')).status).toBe(200);
    expect((await charge(system.gatewayUrl, vaultKey, `${form}&description=x`, 'once')).status).toBe(400);
    await system.admin('PUT', `/v1/policies/${policyId}`, { ...body, mode: 'enforce' });
    expect((await pay(vaultKey, 100, randomUUID())).status).toBe(429);
    await system.admin('PUT', `/v1/policies/${policyId}`, { ...body, mode: 'shadow' });
    expect((await pay(vaultKey, 100, randomUUID())).status).toBe(200);
    await system.admin('POST', `/v1/vault-keys/${id}/revoke`);
    expect((await pay(vaultKey, 100, randomUUID())).status).toBe(401);
  });
});

import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { charge, chargesOf, failureOf, stripeClient } from '../harness/calls.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;

const billingKey = (limitMinor = '1000000') =>
  system.issueKey({ allowedOperations: ['charges:*'], capMinor: limitMinor });
const body = (amountMinor: number): Stripe.ChargeCreateParams => ({
  amount: amountMinor,
  currency: 'usd',
  source: 'tok_visa',
});

describe.each(PROFILES)('%s', (profile) => {
  beforeAll(async () => {
    system = await startSystem({ profile });
  });
  afterAll(async () => {
    await system.stop();
  });

  describe('the seven properties, by the witness', () => {
    test('allowlist: an operation outside it gets 403 "not in allowed_ops", and nothing reaches the provider', async () => {
      const key = await system.issueKey({ allowedOperations: ['charges:read'], capMinor: '1000000' });
      const before = await system.witness('stripe');
      const failure = await failureOf(stripeClient(system, key).charges.create(body(100)));
      expect(failure).toMatchObject({ statusCode: 403, type: 'StripePermissionError' });
      expect(failure?.message).toContain('not in allowed_ops');
      expect(await system.witness('stripe')).toHaveLength(before.length);
    });

    test('daily cap: 429 "daily cap exceeded", with zero requests at the provider', async () => {
      const key = await billingKey('1000');
      const stripe = stripeClient(system, key);
      await stripe.charges.create(body(900));
      const before = await system.witness('stripe');
      const failure = await failureOf(stripe.charges.create(body(101)));
      expect(failure).toMatchObject({ statusCode: 429, type: 'StripeRateLimitError' });
      expect(failure?.message).toContain('daily cap exceeded');
      expect(await system.witness('stripe')).toHaveLength(before.length);
      await stripe.charges.create(body(100));
    });

    test('vault keys per agent type and per run have scopes of their own', async () => {
      const charges = await system.issueKey({
        agentType: 'billing',
        allowedOperations: ['charges:*'],
        capMinor: '500',
      });
      const refunds = await system.issueKey({
        agentType: 'refunds',
        allowedOperations: ['refunds:*'],
        capMinor: '500',
      });
      const made = await stripeClient(system, charges).charges.create(body(500));
      expect(
        (await failureOf(stripeClient(system, charges).refunds.create({ charge: made.id, amount: 500 })))?.statusCode,
      ).toBe(403);
      await stripeClient(system, refunds).refunds.create({ charge: made.id, amount: 500 });

      const parent = await billingKey('1000');
      const child = await system.admin<{ id: string; vaultKey: string }>(
        'POST',
        `/v1/vault-keys/${parent.id}/children`,
        {
          runId: 'run-42',
          caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '300' }],
        },
      );
      await stripeClient(system, child).charges.create(body(300));
      const beyondChild = await failureOf(stripeClient(system, child).charges.create(body(100)));
      expect(beyondChild?.message).toContain('daily cap exceeded');
      await stripeClient(system, parent).charges.create(body(700));
      const beyondParent = await failureOf(stripeClient(system, parent).charges.create(body(100)));
      expect(beyondParent?.message).toContain('daily cap exceeded');
    });

    test('same idempotency key: the same bytes, one execution, also across a restart of the gateway', async () => {
      const key = await billingKey();
      const idempotencyKey = randomUUID();
      const first = await charge(
        system.gatewayUrl,
        key.vaultKey,
        'amount=770&currency=usd&source=tok_visa',
        idempotencyKey,
      );
      expect(first.status).toBe(200);
      const second = await charge(
        system.gatewayUrl,
        key.vaultKey,
        'amount=770&currency=usd&source=tok_visa',
        idempotencyKey,
      );
      expect(second).toMatchObject({ status: 200, text: first.text });
      expect(second.headers.get('idempotent-replayed')).toBe('true');
      await system.restartGateway(0);
      const third = await charge(
        system.gatewayUrl,
        key.vaultKey,
        'amount=770&currency=usd&source=tok_visa',
        idempotencyKey,
      );
      expect(third).toMatchObject({ status: 200, text: first.text });
      expect(chargesOf(await system.witness('stripe'), 770)).toHaveLength(1);

      const other = await charge(
        system.gatewayUrl,
        key.vaultKey,
        'amount=771&currency=usd&source=tok_visa',
        idempotencyKey,
      );
      expect(other.status).toBe(400);
      expect(JSON.parse(other.text)).toMatchObject({ error: { type: 'idempotency_error' } });
      expect(chargesOf(await system.witness('stripe'), 771)).toHaveLength(0);
    });

    test('20 simultaneous calls with one idempotency key: one execution, 20 equal answers', async () => {
      const key = await billingKey();
      const idempotencyKey = randomUUID();
      await system.fault({ provider: 'stripe', match: { amountMinor: '2020' }, fault: { delayMs: 200 } });
      const form = 'amount=2020&currency=usd&source=tok_visa';
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey)),
      );
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(answers[0]?.status).toBe(200);
      expect(chargesOf(await system.witness('stripe'), 2020)).toHaveLength(1);
    });

    test('different idempotency keys and different vault keys are independent', async () => {
      const [one, two] = [await billingKey(), await billingKey()];
      const idempotencyKey = randomUUID();
      const form = 'amount=3030&currency=usd&source=tok_visa';
      const answers = await Promise.all([
        charge(system.gatewayUrl, one.vaultKey, form, idempotencyKey),
        charge(system.gatewayUrl, two.vaultKey, form, idempotencyKey),
        charge(system.gatewayUrl, one.vaultKey, form, randomUUID()),
      ]);
      expect(new Set(answers.map(({ text }) => (JSON.parse(text) as { id: string }).id)).size).toBe(3);
      expect(chargesOf(await system.witness('stripe'), 3030)).toHaveLength(3);
    });

    test('an audit entry for each call and each denial, with vault key, endpoint, amount and run id', async () => {
      const key = await billingKey('1000');
      const stripe = stripeClient(system, key);
      const idempotencyKey = randomUUID();
      const run = { headers: { 'Keybrake-Run-Id': 'run-7' } } as Stripe.RequestOptions;
      await charge(system.gatewayUrl, key.vaultKey, 'amount=800&currency=usd&source=tok_visa', idempotencyKey, {
        'Keybrake-Run-Id': 'run-7',
      });
      await charge(system.gatewayUrl, key.vaultKey, 'amount=800&currency=usd&source=tok_visa', idempotencyKey, {
        'Keybrake-Run-Id': 'run-7',
      });
      await charge(system.gatewayUrl, key.vaultKey, 'amount=900&currency=usd&source=tok_visa', randomUUID(), {
        'Keybrake-Run-Id': 'run-7',
      });
      await stripe.charges.list({ limit: 1 }, run);
      const entries = await eventually(
        'four audit entries',
        async () => (await system.admin<{ data: AuditEntry[] }>('GET', `/v1/audit?vaultKeyId=${key.id}`)).data,
        (data) => data.length === 4 && data.every(({ state }) => state !== 'open'),
      );
      const seen = entries.map(({ decision, rule, endpoint, reservedMinor, committedMinor }) => ({
        decision,
        rule,
        endpoint,
        reservedMinor,
        committedMinor,
      }));
      expect(seen).toContainEqual({
        decision: 'allowed',
        rule: null,
        endpoint: 'POST /v1/charges',
        reservedMinor: '800',
        committedMinor: '800',
      });
      expect(seen).toContainEqual({
        decision: 'replayed',
        rule: null,
        endpoint: 'POST /v1/charges',
        reservedMinor: '800',
        committedMinor: null,
      });
      expect(seen).toContainEqual({
        decision: 'denied',
        rule: 'cap_exceeded',
        endpoint: 'POST /v1/charges',
        reservedMinor: '900',
        committedMinor: null,
      });
      expect(seen.filter(({ endpoint }) => endpoint === 'GET /v1/charges')).toHaveLength(1);
      expect(entries.filter(({ runId }) => runId === 'run-7').length).toBeGreaterThanOrEqual(3);
      const verified = await system.admin<{ valid: boolean }>('GET', `/v1/audit/verify?vaultKeyId=${key.id}`);
      expect(verified.valid).toBe(true);
    });

    test("a call's whole life: its steps with the cap's balance around each, and where its time went", async () => {
      const key = await billingKey('1000');
      const headers = { 'Keybrake-Run-Id': `life-${profile}` };
      const form = 'amount=800&currency=usd&source=tok_visa';
      const answer = await charge(system.gatewayUrl, key.vaultKey, form, randomUUID(), headers);
      const id = answer.headers.get('keybrake-reservation-id');
      const life = await eventually(
        'the call to be folded',
        () => system.admin<CallLife>('GET', `/v1/audit/${id}`).catch(() => undefined),
        (seen) => seen?.entry.state === 'committed',
      );
      const balances = life?.steps.map(({ type, balances: [balance] }) => [
        type,
        balance && [balance.committedBeforeMinor, balance.heldBeforeMinor],
        balance && [balance.committedAfterMinor, balance.heldAfterMinor],
      ]);
      expect(balances).toEqual([
        ['reserved', ['0', '0'], ['0', '800']],
        ['launched', undefined, undefined],
        ['committed', ['0', '800'], ['800', '0']],
      ]);
      expect(life?.phases.map(({ name }) => name)).toEqual(['parse', 'reserve', 'record', 'launch', 'forward']);
      expect(life?.phases.every(({ ms }) => ms > 0)).toBe(true);
      expect(await system.admin('GET', `/v1/runs/life-${profile}`)).toMatchObject({
        run: { calls: 1, spend: [{ currency: 'usd', committedMinor: '800' }] },
        data: [{ id }],
      });
    });

    test('revoke: the next call gets 401', async () => {
      const key = await billingKey();
      await stripeClient(system, key).charges.create(body(100));
      await system.admin('POST', `/v1/vault-keys/${key.id}/revoke`);
      const before = await system.witness('stripe');
      expect(await failureOf(stripeClient(system, key).charges.create(body(100)))).toMatchObject({ statusCode: 401 });
      expect(await system.witness('stripe')).toHaveLength(before.length);
    });
  });

  interface CallLife {
    readonly entry: { readonly state: string };
    readonly steps: readonly { readonly type: string; readonly balances: readonly Record<string, string>[] }[];
    readonly phases: readonly { readonly name: string; readonly ms: number }[];
  }

  interface AuditEntry {
    readonly decision: string;
    readonly rule: string | null;
    readonly endpoint: string;
    readonly runId: string | null;
    readonly state: string;
    readonly reservedMinor: string | null;
    readonly committedMinor: string | null;
  }
});

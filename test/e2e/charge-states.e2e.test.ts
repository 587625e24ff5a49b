import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { agreedBalances } from '../harness/balances.ts';
import { failureOf, stripeClient } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;
let folder: string;
const FX = { base: 'usd', marginBasisPoints: 200, rates: { eur: '1.10' } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-prices-'));
  const prices = join(folder, 'prices.json');
  await writeFile(prices, JSON.stringify({ fx: FX }));
  // Final amounts are asked for at once.
  system = await startSystem({
    env: { KEYBRAKE_PRICE_DELAY_MS: '100', KEYBRAKE_RESOLVE_INTERVAL_MS: '100', KEYBRAKE_PRICES_FILE: prices },
  });
});
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true });
});

/** A key with one cap each for money in and out, its client, and what both caps have counted, in cents. */
async function account(more: Record<string, unknown> = {}, on: System = system) {
  const cap = { scope: 'key', window: 'day', currency: 'usd', limitMinor: '20000' };
  const key: IssuedKey = await on.issueKey({
    allowedOperations: ['*:*'],
    capMinor: '20000',
    policy: {
      caps: [
        { ...cap, direction: 'in' },
        { ...cap, direction: 'out' },
      ],
      ...more,
    },
  });
  const counted = async () => {
    const balances = await agreedBalances(on, key.id);
    return Object.fromEntries(
      balances.map(({ counter, committedMicros, heldMicros }) => [
        /\/in(\/|$)/.test(counter) ? 'in' : 'out',
        [committedMicros / 10_000n, heldMicros / 10_000n],
      ]),
    );
  };
  return { key, stripe: stripeClient(on, key), counted };
}

type Counted = Awaited<ReturnType<Awaited<ReturnType<typeof account>>['counted']>>;

/** Final amounts come a little later, first in the ledger and then in the admission store. */
async function countedIs(counted: () => Promise<Counted>, expected: Counted): Promise<void> {
  const shown = (value: unknown) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? one.toString() : one));
  await eventually(
    'the final amount',
    async () => shown(await counted().catch(() => undefined)),
    (seen) => seen === shown(expected),
  );
}

const usd = (amount: number) => ({ amount, currency: 'usd', source: 'tok_visa' });
const methods = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } } as const;

describe('what each state of a charge leaves in the balance', () => {
  test('a failed one leaves nothing', async () => {
    const { stripe, counted } = await account();
    const declined = await failureOf(stripe.charges.create({ ...usd(5_000), source: 'tok_chargeDeclined' }));
    expect(declined).toMatchObject({ statusCode: 402 });
    expect(await counted()).toEqual({});
  });

  test('an authorisation counts whole, and its capture is not counted again', async () => {
    const { stripe, counted } = await account();
    const charge = await stripe.charges.create({ ...usd(9_000), capture: false });
    expect(await counted()).toEqual({ in: [9_000n, 0n] });
    const captured = await stripe.charges.capture(charge.id, { amount: 6_000 });
    expect(captured.amount_captured).toBe(6_000);
    // The rest was given back to the payer, so it counts no more.
    await countedIs(counted, { in: [6_000n, 0n] });
  });

  test('an authorisation that is cancelled counts nothing in the end', async () => {
    const { stripe, counted } = await account();
    const intent = await stripe.paymentIntents.create({
      amount: 5_000,
      currency: 'usd',
      confirm: true,
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      ...methods,
    });
    expect(intent.status).toBe('requires_capture');
    expect(await counted()).toEqual({ in: [5_000n, 0n] });
    await stripe.paymentIntents.cancel(intent.id);
    await countedIs(counted, {});
  });

  test('an authorisation that was not made through Keybrake counts when it is captured', async () => {
    const { stripe, counted } = await account();
    const direct = await fetch(`${system.simulatorUrl}/v1/charges`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.realSecrets[0]}` },
      body: new URLSearchParams({ amount: '8000', currency: 'usd', source: 'tok_visa', capture: 'false' }),
    });
    const { id } = (await direct.json()) as { id: string };
    await stripe.charges.capture(id);
    expect(await counted()).toEqual({ in: [8_000n, 0n] });
  });

  test('a payment that waits for its customer counts until it is known to have failed', async () => {
    const { stripe, counted } = await account();
    const intent = await stripe.paymentIntents.create({
      amount: 7_000,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_authenticationRequired',
      ...methods,
    });
    expect(intent.status).toBe('requires_action');
    expect(await counted()).toEqual({ in: [7_000n, 0n] });
    await stripe.paymentIntents.cancel(intent.id);
    await countedIs(counted, {});
  });

  test('a refund counts as money out, of the rest when no amount is said', async () => {
    const { stripe, counted } = await account();
    const charge = await stripe.charges.create(usd(10_000));
    await stripe.refunds.create({ charge: charge.id, amount: 2_500 });
    expect(await counted()).toEqual({ in: [10_000n, 0n], out: [2_500n, 0n] });
    const rest = await stripe.refunds.create({ charge: charge.id });
    expect(rest.amount).toBe(7_500);
    expect(await counted()).toEqual({ in: [10_000n, 0n], out: [10_000n, 0n] });
    const nothing = await failureOf(stripe.refunds.create({ charge: charge.id }));
    expect(nothing).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  test('a refund beyond the cap is refused, and the look at its charge is on record', async () => {
    const { key, stripe } = await account();
    const charge = await stripe.charges.create(usd(9_900));
    const other = stripeClient(system, await system.issueKey({ allowedOperations: ['refunds:*'], capMinor: '9800' }));
    const refused = await failureOf(other.refunds.create({ charge: charge.id }));
    expect(refused).toMatchObject({ statusCode: 429 });
    expect(refused?.message).toContain('99.00 USD does not fit');
    await system.foldedUp();
    const { data } = await system.admin<{ data: { endpoint: string; decision: string; vaultKeyId: string }[] }>(
      'GET',
      '/v1/audit?limit=3',
    );
    expect(
      data.filter(({ vaultKeyId }) => vaultKeyId !== key.id).map(({ endpoint, decision }) => [endpoint, decision]),
    ).toEqual([
      ['POST /v1/refunds', 'denied'],
      ['GET /v1/charges/{id}', 'allowed'],
    ]);
  });

  test('the retry of a refund of the rest answers with the first refund, and looks at nothing again', async () => {
    const { stripe, counted } = await account();
    const charge = await stripe.charges.create(usd(4_000));
    const options = { idempotencyKey: `rest-${charge.id}` };
    const first = await stripe.refunds.create({ charge: charge.id }, options);
    const before = (await system.witness('stripe')).length;
    const again = await stripe.refunds.create({ charge: charge.id }, options);
    expect(again.id).toBe(first.id);
    expect((await system.witness('stripe')).length).toBe(before);
    expect(await counted()).toEqual({ in: [4_000n, 0n], out: [4_000n, 0n] });
  });
});

describe('connected accounts', () => {
  const lastWitness = async () => (await system.witness('stripe')).at(-1);

  test('a policy without them refuses to act for another account', async () => {
    const { stripe } = await account();
    const refused = await failureOf(stripe.charges.create(usd(500), { stripeAccount: 'acct_other' }));
    expect(refused).toMatchObject({ statusCode: 403 });
    expect(refused?.message).toContain('account not allowed');
  });

  test('a policy for one account acts for it, named or not, also when it looks', async () => {
    const { stripe } = await account({ connectedAccounts: ['acct_1'] });
    const charge = await stripe.charges.create(usd(500));
    expect(await lastWitness()).toMatchObject({ operation: 'POST /v1/charges', actsFor: 'acct_1' });
    await stripe.refunds.create({ charge: charge.id }, { stripeAccount: 'acct_1' });
    const [looked, refunded] = (await system.witness('stripe')).slice(-2);
    expect([looked?.operation, looked?.actsFor]).toEqual(['GET /v1/charges/{id}', 'acct_1']);
    expect([refunded?.operation, refunded?.actsFor]).toEqual(['POST /v1/refunds', 'acct_1']);
  });
});

describe('a currency without a cap', () => {
  const eur = (amount: number) => ({ amount, currency: 'eur', source: 'tok_visa' });

  test('is denied', async () => {
    const { stripe } = await account();
    const denied = await failureOf(stripe.charges.create(eur(1_000)));
    expect(denied).toMatchObject({ statusCode: 403 });
    expect(denied?.message).toContain('no cap for EUR');
  });

  test('counts in the base currency where the policy converts: held with the margin, its share committed', async () => {
    const { key, stripe, counted } = await account({ otherCurrencies: 'convert' });
    const charge = await stripe.charges.create({ ...eur(10_000), capture: false });
    // 100.00 EUR x 1.10 x 1.02
    expect(await counted()).toEqual({ in: [11_220n, 0n] });
    await stripe.charges.capture(charge.id, { amount: 5_000 });
    await countedIs(counted, { in: [5_610n, 0n] });
    const over = await failureOf(stripe.charges.create(eur(15_000)));
    expect(over).toMatchObject({ statusCode: 429 });
    const reserved = await system.sql<{ facts: { call: { conversion: unknown } } }>(
      "select facts from ledger.reservations where vault_key_id = $1 and facts -> 'call' ? 'conversion' order by reserved_at_ms",
      [key.id],
    );
    expect(reserved[0]?.facts.call.conversion).toEqual({
      from: { currency: 'eur', micros: '100000000' },
      rateNanos: '1100000000',
      marginBasisPoints: 200,
    });
  });
});

describe('a call in doubt whose price was looked up', () => {
  let alone: System;
  beforeAll(async () => {
    // The caller settles it here, not the ledger.
    alone = await startSystem({ env: { KEYBRAKE_RESOLVE_INTERVAL_MS: '9999999' } });
  });
  afterAll(async () => {
    await alone?.stop();
  });

  test.each([
    { fault: { dropAfter: true }, when: 'after' },
    { fault: { dropBefore: true }, when: 'before' },
  ])(
    'a refund of the rest, cut off $when its execution, is settled by the retry: once, and in full',
    async ({ fault }) => {
      const { stripe, counted } = await account({}, alone);
      const charge = await stripe.charges.create(usd(6_000));
      await stripe.refunds.create({ charge: charge.id, amount: 1_000 });
      await alone.foldedUp();
      await alone.fault({ provider: 'stripe', operation: 'POST /v1/refunds', fault });
      const options = { idempotencyKey: `doubt-${charge.id}` };
      const lost = await failureOf(stripe.refunds.create({ charge: charge.id }, options));
      expect(lost).toMatchObject({ statusCode: 409 });
      await alone.foldedUp();
      const refund = await stripe.refunds.create({ charge: charge.id }, options);
      expect(refund.amount).toBe(5_000);
      expect(await counted()).toEqual({ in: [6_000n, 0n], out: [6_000n, 0n] });
      const refunded = (await alone.witness('stripe')).filter(
        ({ executed, operation }) => executed && operation === 'POST /v1/refunds',
      );
      expect(refunded.map(({ objectId }) => objectId).filter((id) => id === refund.id)).toHaveLength(1);
    },
  );
});

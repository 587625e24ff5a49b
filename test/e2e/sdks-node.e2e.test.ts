import { Resend } from 'resend';
import Stripe from 'stripe';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { failureOf, stripeClient } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  await system.stop();
});

describe('stripe, at the root path by host, port and protocol', () => {
  let stripe: Stripe;
  beforeAll(async () => {
    stripe = stripeClient(system, await system.issueKey({ allowedOperations: ['*:*'], capMinor: '10000000' }));
  });

  test('charges: create, retrieve, list page by page, update', async () => {
    const made: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      made.unshift((await stripe.charges.create({ amount: 1_000 + index, currency: 'usd', source: 'tok_visa' })).id);
    }
    expect((await stripe.charges.retrieve(made[0] as string)).amount).toBe(1_002);
    const listed: string[] = [];
    for await (const charge of stripe.charges.list({ limit: 2 })) {
      listed.push(charge.id);
      if (listed.length === 3) break;
    }
    expect(listed).toEqual(made);
    const updated = await stripe.charges.update(made[0] as string, { description: 'books & pens, 100 %' });
    expect(updated.description).toBe('books & pens, 100 %');
  });

  test('payment intents: create with confirm is priced, without it is free', async () => {
    const paid = await stripe.paymentIntents.create({
      amount: 2_500,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    expect(paid.status).toBe('succeeded');
    const open = await stripe.paymentIntents.create({ amount: 2_600, currency: 'usd' });
    expect(open.status).toBe('requires_payment_method');
    const denied = await failureOf(stripe.paymentIntents.confirm(open.id, { payment_method: 'pm_card_visa' }));
    expect(denied).toMatchObject({ statusCode: 403 });
    expect(denied?.message).toContain('unpriced operation');
  });

  test('customers, products, prices and refunds', async () => {
    const customer = await stripe.customers.create({ email: 'a@example.com', metadata: { team: 'a/b' } });
    expect((await stripe.customers.retrieve(customer.id)).id).toBe(customer.id);
    const product = await stripe.products.create({ name: 'Pen' });
    const price = await stripe.prices.create({ product: product.id, unit_amount: 500, currency: 'usd' });
    expect(price.unit_amount).toBe(500);
    const charge = await stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_visa' });
    const refund = await stripe.refunds.create({ charge: charge.id, amount: 400 });
    expect(refund).toMatchObject({ amount: 400, charge: charge.id });
    expect((await stripe.customers.del(customer.id)).deleted).toBe(true);
  });

  test("the provider's own errors come through as the SDK's types", async () => {
    const declined = await failureOf(
      stripe.charges.create({ amount: 500, currency: 'usd', source: 'tok_chargeDeclined' }),
    );
    expect(declined).toBeInstanceOf(Stripe.errors.StripeCardError);
    const missing = await failureOf(stripe.charges.retrieve('ch_missing'));
    expect(missing).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 404 });
  });

  test('an operation outside the catalogue is denied as a permission error', async () => {
    expect(await failureOf(stripe.payouts.create({ amount: 100, currency: 'usd' }))).toBeInstanceOf(
      Stripe.errors.StripePermissionError,
    );
  });

  test('a bad vault key is an authentication error', async () => {
    const { hostname: host, port } = new URL(system.gatewayUrl);
    const stranger = new Stripe(`vk_default_aaaaaaaaaaaaaaaa_${'A'.repeat(43)}`, {
      host,
      port: Number(port),
      protocol: 'http',
      maxNetworkRetries: 0,
    });
    expect(await failureOf(stranger.charges.list())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
  });

  test('the host and the prefix are ways in beside the root', async () => {
    const key = await system.issueKey({ allowedOperations: ['balance:read'], capMinor: '0' });
    const headers = { authorization: `Bearer ${key.vaultKey}` };
    const prefixed = await fetch(`${system.gatewayUrl}/stripe/v1/balance`, { headers });
    expect(prefixed.status).toBe(200);
    const basic = Buffer.from(`${key.vaultKey}:`).toString('base64');
    const curlLike = await fetch(`${system.gatewayUrl}/v1/balance`, { headers: { authorization: `Basic ${basic}` } });
    expect(await curlLike.json()).toMatchObject({ object: 'balance' });
  });
});

describe('twilio, through the prefix', () => {
  let key: IssuedKey;
  const sid = 'AC00000000000000000000000000000000';
  const clientOf = (vaultKey: string) => {
    const client = twilio(sid, vaultKey);
    client.api.baseUrl = `${system.gatewayUrl}/twilio`;
    return client;
  };
  beforeAll(async () => {
    key = await system.issueKey({ provider: 'twilio', allowedOperations: ['messages:*'], capMinor: '5' });
  });

  test('messages: sent until the cap is reached, then 429 in its own error', async () => {
    const client = clientOf(key.vaultKey);
    const message = { to: '+15005550010', from: '+15005550006', body: 'hello' };
    const sent = [];
    // 1.45 cents a segment, by the default price list: three fit under 5 cents.
    for (let index = 0; index < 3; index += 1) sent.push(await client.messages.create(message));
    expect(new Set(sent.map((one) => one.sid)).size).toBe(3);
    expect((await client.messages(sent[0]?.sid as string).fetch()).body).toBe('hello');
    const failure = await failureOf(client.messages.create(message));
    expect(failure).toMatchObject({ status: 429 });
    expect(failure?.message).toContain('daily cap exceeded');
    const executed = (await system.witness('twilio')).filter(
      (entry) => entry.executed && entry.operation.startsWith('POST'),
    );
    expect(executed).toHaveLength(3);
  });

  test('an operation outside the policy: 403 as its exception', async () => {
    const reader = await system.issueKey({ provider: 'twilio', allowedOperations: ['messages:read'], capMinor: '5' });
    const failure = await failureOf(
      clientOf(reader.vaultKey).messages.create({ to: '+15005550010', from: '+15005550006', body: 'x' }),
    );
    expect(failure).toMatchObject({ status: 403 });
    expect(failure?.message).toContain('not in allowed_ops');
  });

  test('a bad key: 401 as its exception', async () => {
    const failure = await failureOf(
      clientOf('vk_wrong').messages.create({ to: '+15005550010', from: '+15005550006', body: 'x' }),
    );
    expect(failure).toMatchObject({ status: 401 });
  });
});

describe('resend, through the prefix', () => {
  const email = { from: 'a@example.com', subject: 'hi', html: '<p>hi</p>' };

  test('one email, a batch, and a replay under one idempotency key', async () => {
    const key = await system.issueKey({ provider: 'resend', allowedOperations: ['emails:*'], capMinor: '100' });
    const resend = new Resend(key.vaultKey, { baseUrl: `${system.gatewayUrl}/resend` });
    const first = await resend.emails.send({ ...email, to: 'b@example.com' }, { idempotencyKey: 'welcome/1' });
    const again = await resend.emails.send({ ...email, to: 'b@example.com' }, { idempotencyKey: 'welcome/1' });
    expect(first.error).toBeNull();
    expect(again.data?.id).toBe(first.data?.id);
    const batch = await resend.batch.send([
      { ...email, to: ['c@example.com'] },
      { ...email, to: ['d@example.com', 'e@example.com'] },
    ]);
    expect(batch.error).toBeNull();
    const executed = (await system.witness('resend')).filter((entry) => entry.executed);
    expect(executed).toHaveLength(2);
  });

  test('recipients count: the cap refuses as a rate limit error', async () => {
    // 0.09 cents a recipient by the default price list: 11 fit under one cent.
    const key = await system.issueKey({ provider: 'resend', allowedOperations: ['emails:*'], capMinor: '1' });
    const resend = new Resend(key.vaultKey, { baseUrl: `${system.gatewayUrl}/resend` });
    const to = (count: number) => Array.from({ length: count }, (_none, index) => `r${index}@example.com`);
    expect((await resend.emails.send({ ...email, to: to(11) })).error).toBeNull();
    const refused = await resend.emails.send({ ...email, to: to(1) });
    expect(refused.error?.message).toContain('daily cap exceeded');
    expect(refused.error).toMatchObject({ statusCode: 429 });
  });
});

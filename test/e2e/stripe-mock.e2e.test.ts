import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, stripeClient } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import { type StripeMock, startStripeMock, stripeMockAvailable } from '../harness/stripe-mock.ts';
import type { System } from '../harness/system.ts';

const available = stripeMockAvailable();
if (!available) console.warn('stripe-mock is neither there nor can it be built: install Go to run its tests');

describe.skipIf(!available)("what we forward, before Stripe's own OpenAPI-driven mock", () => {
  let mock: StripeMock;
  let system: System;
  beforeAll(async () => {
    mock = await startStripeMock();
    system = await startSystem({ env: { KEYBRAKE_STRIPE_ORIGIN: mock.url } });
  });
  afterAll(async () => {
    await system.stop();
    await mock.stop();
  });

  const client = async () =>
    stripeClient(system, await system.issueKey({ allowedOperations: ['*:*'], capMinor: '10000000' }));

  test('every operation of the catalogue that the SDK calls is accepted in the shape we send it', async () => {
    const stripe = await client();
    const charge = await stripe.charges.create({
      amount: 2000,
      currency: 'usd',
      source: 'tok_visa',
      metadata: { order: 'a/b & c' },
    });
    expect(charge.object).toBe('charge');
    expect((await stripe.charges.retrieve(charge.id)).object).toBe('charge');
    expect((await stripe.charges.list({ limit: 3, created: { gte: 1 } })).object).toBe('list');
    expect((await stripe.charges.update(charge.id, { description: 'x' })).object).toBe('charge');
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
    expect(intent).toMatchObject({ object: 'payment_intent' });
    expect((await stripe.customers.create({ email: 'a@example.com', address: { line1: '1 Main St' } })).object).toBe(
      'customer',
    );
    const product = await stripe.products.create({ name: 'Pen', images: ['https://example.com/pen.png'] });
    expect(product.object).toBe('product');
    expect(
      (
        await stripe.prices.create({
          product: product.id,
          unit_amount: 500,
          currency: 'usd',
          recurring: { interval: 'month' },
        })
      ).object,
    ).toBe('price');
    expect((await stripe.refunds.create({ charge: charge.id, amount: 100 })).object).toBe('refund');
  });

  test("Stripe's validation errors come through as the SDK's own", async () => {
    const stripe = await client();
    const failure = await failureOf(stripe.charges.create({ amount: 2000, currency: 'usd', nonsense: 'x' } as never));
    expect(failure).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });
});

import { Resend } from 'resend';
import Stripe from 'stripe';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, stripeClient } from '../harness/calls.ts';
import { errorLike, sdkMatrix } from '../harness/sdk-matrix.ts';
import { SdkBench } from '../harness/sdk-run.ts';
import type { System } from '../harness/system.ts';
import { nodeCases } from '../sdks/node/cases.ts';
import { resendNode } from '../sdks/node/resend.ts';
import { stripeNode } from '../sdks/node/stripe.ts';
import { twilioNode, twilioNodeWithAutoRetry } from '../sdks/node/twilio.ts';

let bench: SdkBench;
let system: System;

beforeAll(async () => {
  bench = await SdkBench.start();
  system = bench.system;
});
afterAll(async () => {
  await bench.stop();
});

sdkMatrix(
  'stripe-node, by host, port and protocol',
  {
    provider: 'stripe',
    program: nodeCases(stripeNode),
    errors: {
      denied_by_policy: { class: 'StripePermissionError', status: 403 },
      denied_by_cap: { class: 'StripeRateLimitError', status: 429 },
      bad_key: { class: 'StripeAuthenticationError', status: 401 },
      mismatch: { class: 'StripeIdempotencyError', status: 400 },
      in_doubt: 'retried',
      unavailable: 'retried',
    },
    tellsReplay: true,
  },
  () => bench,
);

const restException = (status: number) => ({ class: 'RestException', status });
const twilioRun = sdkMatrix(
  'twilio-node, through the prefix',
  {
    provider: 'twilio',
    program: nodeCases(twilioNode, { denied_by_cap_auto_retry: twilioNodeWithAutoRetry }),
    variants: ['denied_by_cap_auto_retry'],
    errors: {
      denied_by_policy: restException(403),
      denied_by_cap: restException(429),
      bad_key: restException(401),
      mismatch: restException(422),
      in_doubt: restException(409),
      unavailable: restException(503),
    },
    tellsReplay: false,
  },
  () => bench,
);

test('twilio-node with autoRetry asks four times at a cap, and sends nothing', () => {
  const name = 'denied_by_cap_auto_retry';
  expect(twilioRun().report(name).calls).toMatchObject([errorLike(restException(429), 'daily cap exceeded')]);
  expect(twilioRun().statuses(name)).toEqual([429, 429, 429, 429]);
  expect(twilioRun().executed(name)).toEqual([]);
});

sdkMatrix(
  'resend-node, through the prefix: its answers hold the error, nothing is thrown',
  {
    provider: 'resend',
    program: nodeCases(resendNode),
    errors: {
      denied_by_policy: { class: 'operation_not_allowed', status: 403 },
      denied_by_cap: { class: 'daily_quota_exceeded', status: 429 },
      bad_key: { class: 'invalid_api_key', status: 401 },
      mismatch: { class: 'invalid_idempotent_request', status: 409 },
      in_doubt: { class: 'outcome_unknown', status: 409 },
      unavailable: { class: 'application_error', status: 503 },
    },
    tellsReplay: true,
  },
  () => bench,
);

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
    const confirmed = await stripe.paymentIntents.confirm(open.id, { payment_method: 'pm_card_visa' });
    expect(confirmed).toMatchObject({ status: 'succeeded', amount_received: 2_600 });
    const denied = await failureOf(stripe.paymentIntents.update(open.id, { amount: 9_900 }));
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
    const failure = await failureOf(stripe.rawRequest('POST', '/v1/payouts/po_1/steal'));
    expect(failure).toBeInstanceOf(Stripe.errors.StripePermissionError);
  });

  test('an operation that hands out a credential is denied whatever the policy says', async () => {
    const failure = await failureOf(stripe.ephemeralKeys.create({ customer: 'cus_1' }, { apiVersion: '2026-01-28' }));
    expect(failure).toBeInstanceOf(Stripe.errors.StripePermissionError);
    expect(failure?.message).toContain('Keybrake never forwards POST /v1/ephemeral_keys');
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

test('twilio-node: messages are sent until the cap is reached, and can be read', async () => {
  const { vaultKey } = await system.issueKey({ provider: 'twilio', allowedOperations: ['messages:*'], capMinor: '5' });
  const client = twilio('AC00000000000000000000000000000000', vaultKey);
  client.api.baseUrl = `${system.gatewayUrl}/twilio`;
  const message = { to: '+15005550010', from: '+15005550006', body: 'three fit' };
  // 1.45 cents a segment, by the default price list: three fit under 5 cents.
  const sent = [];
  for (let index = 0; index < 3; index += 1) sent.push((await client.messages.create(message)).sid);
  expect((await client.messages(sent[0] as string).fetch()).body).toBe('three fit');
  const failure = await failureOf(client.messages.create(message));
  expect(failure).toMatchObject({ status: 429 });
  expect(failure?.message).toContain('daily cap exceeded');
  const executed = (await system.witness('twilio')).filter((one) => one.executed && one.marker === 'three fit');
  expect(executed.map(({ objectId }) => objectId)).toEqual(sent);
});

test('resend-node: recipients count, also in a batch', async () => {
  // 0.09 cents a recipient by the default price list: 11 fit under one cent.
  const { vaultKey } = await system.issueKey({ provider: 'resend', allowedOperations: ['emails:*'], capMinor: '1' });
  const resend = new Resend(vaultKey, { baseUrl: `${system.gatewayUrl}/resend` });
  const email = (count: number) => ({
    from: 'a@example.com',
    subject: 'eleven fit',
    html: '<p>hi</p>',
    to: Array.from({ length: count }, (_none, index) => `r${index}@example.com`),
  });
  expect((await resend.batch.send([email(4), email(6)])).error).toBeNull();
  expect((await resend.emails.send(email(2))).error).toMatchObject({ name: 'daily_quota_exceeded', statusCode: 429 });
  expect((await resend.emails.send(email(1))).error).toBeNull();
  const executed = (await system.witness('resend')).filter((one) => one.executed && one.marker === 'eleven fit');
  expect(executed).toHaveLength(2);
});

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resend } from 'resend';
import Stripe from 'stripe';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultOrder, SIMULATOR_CREDENTIALS, type Simulator, startSimulator, type WitnessEntry } from './index.js';

let folder: string;
let simulator: Simulator;
let nowMs = Date.now();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-simulator-'));
  simulator = await startSimulator({ port: 0, witnessFile: join(folder, 'witness.jsonl'), nowMs: () => nowMs });
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const stripeAt = (port: number, key = SIMULATOR_CREDENTIALS.stripe) =>
  new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
const witness = async (query = '') => {
  const response = await fetch(`${simulator.url}/_witness?${query}`);
  return ((await response.json()) as { data: WitnessEntry[] }).data;
};
const order = (fault: FaultOrder) =>
  fetch(`${simulator.url}/_control`, { method: 'POST', body: JSON.stringify(fault) });
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as { statusCode?: number; type?: string; code?: string },
  );
const dollar = { amount: 100, currency: 'usd', source: 'tok_visa' };

describe('stripe', () => {
  test('a charge is executed once for one idempotency key, and for 24 hours', async () => {
    const stripe = stripeAt(simulator.port);
    const first = await stripe.charges.create(dollar, { idempotencyKey: 'order-1' });
    expect((await stripe.charges.create(dollar, { idempotencyKey: 'order-1' })).id).toBe(first.id);
    nowMs += 24 * 3_600_000;
    expect((await stripe.charges.create(dollar, { idempotencyKey: 'order-1' })).id).not.toBe(first.id);
    const executed = (await witness('executed=true')).filter(({ idempotencyKey }) => idempotencyKey === 'order-1');
    expect(executed.map(({ amountMinor, currency, credential }) => [amountMinor, currency, credential])).toEqual([
      ['100', 'usd', 'real'],
      ['100', 'usd', 'real'],
    ]);
  });

  test('another body under the key is an idempotency error', async () => {
    const stripe = stripeAt(simulator.port);
    await stripe.charges.create(dollar, { idempotencyKey: 'order-2' });
    const error = await errorOf(stripe.charges.create({ ...dollar, amount: 200 }, { idempotencyKey: 'order-2' }));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
  });

  test('20 at once under one key: one executed, the others told that it runs', async () => {
    const stripe = stripeAt(simulator.port);
    await order({ match: { idempotencyKey: 'order-3' }, fault: { delayMs: 100 } });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => stripe.charges.create(dollar, { idempotencyKey: 'order-3' })),
    );
    const refused = results.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as { code?: string }).code] : [],
    );
    expect(refused).toEqual(Array.from({ length: 19 }, () => 'idempotency_key_in_use'));
    expect((await witness('executed=true')).filter(({ idempotencyKey }) => idempotencyKey === 'order-3')).toHaveLength(
      1,
    );
  });

  test('a wrong key gets 401 and is written down as such', async () => {
    expect(await errorOf(stripeAt(simulator.port, 'vk_other').charges.create(dollar))).toMatchObject({
      statusCode: 401,
    });
    expect((await witness()).at(-1)).toMatchObject({ credential: 'other', vaultKeySeen: true, executed: false });
  });

  // By hand: the SDK repeats a request whose connection was dropped.
  const chargeOnce = (idempotencyKey: string) =>
    fetch(`${simulator.url}/stripe/v1/charges`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SIMULATOR_CREDENTIALS.stripe}`, 'idempotency-key': idempotencyKey },
      body: new URLSearchParams({ amount: '100', currency: 'usd', source: 'tok_visa' }),
    }).then(
      ({ status }) => status,
      () => 'dropped',
    );

  test.each([
    [{ failBefore: 500 }, 500, 0],
    [{ dropBefore: true }, 'dropped', 0],
    [{ failAfter: 502 }, 502, 1],
    [{ dropAfter: true }, 'dropped', 1],
  ])('fault %j: the caller sees %s, executed %i; a retry makes it 1', async (fault, seen, executed) => {
    const idempotencyKey = `fault-${JSON.stringify(fault)}`;
    await order({ provider: 'stripe', fault });
    expect(await chargeOnce(idempotencyKey)).toBe(seen);
    const executions = async () =>
      (await witness('executed=true')).filter((entry) => entry.idempotencyKey === idempotencyKey).length;
    expect(await executions()).toBe(executed);
    expect(await chargeOnce(idempotencyKey)).toBe(200);
    expect(await executions()).toBe(1);
  });

  test('payment intents and refunds keep their books', async () => {
    const stripe = stripeAt(simulator.port);
    const intent = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    expect(intent.status).toBe('requires_capture');
    const captured = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 300 });
    expect(captured).toMatchObject({ status: 'succeeded', amount_received: 300 });
    expect((await stripe.refunds.create({ payment_intent: intent.id, amount: 200 })).amount).toBe(200);
    expect(await errorOf(stripe.refunds.create({ payment_intent: intent.id, amount: 200 }))).toMatchObject({
      statusCode: 400,
    });
    expect(await errorOf(stripe.charges.create({ ...dollar, source: 'tok_chargeDeclined' }))).toMatchObject({
      type: 'StripeCardError',
    });
  });
});

test('twilio executes every request: it has no idempotency', async () => {
  const { accountSid, authToken } = SIMULATOR_CREDENTIALS.twilio;
  const client = twilio(accountSid, authToken);
  client.api.baseUrl = `${simulator.url}/twilio`;
  const message = { to: '+15005550010', from: '+15005550006', body: 'hello' };
  const sent = [await client.messages.create(message), await client.messages.create(message)];
  expect(new Set(sent.map(({ sid }) => sid)).size).toBe(2);
  expect((await client.messages(sent[0]?.sid as string).fetch()).body).toBe('hello');
  expect(await errorOf(client.messages.create({ ...message, to: 'nobody' }))).toMatchObject({ code: 21211 });
});

test('stripe tells by events what each request did, also after a restart', async () => {
  const file = join(folder, 'events.jsonl');
  const first = await startSimulator({ port: 0, witnessFile: file, nowMs: () => nowMs });
  const stripe = stripeAt(first.port);
  const charge = await stripe.charges.create(dollar, { idempotencyKey: 'told' });
  await stripe.charges.retrieve(charge.id);
  await stripe.charges.create(dollar, { idempotencyKey: 'told' });
  const paid = { amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' };
  await stripe.paymentIntents.create(paid, { idempotencyKey: 'paid' });
  await stripe.refunds.create({ charge: charge.id, amount: 40 }, { idempotencyKey: 'back' });
  const toldBy = async (port: number) => {
    const { data } = await stripeAt(port).events.list({ created: { gte: Math.floor(nowMs / 1_000) }, limit: 100 });
    return data.map(({ type, request }) => [type, request?.idempotency_key]);
  };
  const events = [
    ['charge.refunded', 'back'],
    ['refund.created', 'back'],
    ['payment_intent.succeeded', 'paid'],
    ['charge.succeeded', 'paid'],
    ['payment_intent.created', 'paid'],
    ['charge.succeeded', 'told'],
  ];
  expect(await toldBy(first.port)).toEqual(events);
  const [only] = (await stripe.events.list({ type: 'refund.*' })).data;
  expect(only?.data.object).toMatchObject({ object: 'refund', amount: 40, charge: charge.id });
  expect((await stripe.events.retrieve(only?.id as string)).type).toBe('refund.created');
  await first.close();
  const again = await startSimulator({ port: 0, witnessFile: file, nowMs: () => nowMs });
  const keys = (await toldBy(again.port)).map(([, key]) => key);
  expect(new Set(keys)).toEqual(new Set(['told', 'paid', 'back']));
  await again.close();
});

test('twilio lists messages by number and day, page by page', async () => {
  const { accountSid, authToken } = SIMULATOR_CREDENTIALS.twilio;
  const client = twilio(accountSid, authToken);
  client.api.baseUrl = `${simulator.url}/twilio`;
  const to = '+15005550099';
  for (const body of ['one', 'two', 'three']) await client.messages.create({ to, from: '+15005550006', body });
  await client.messages.create({ to, from: '+15005550007', body: 'other sender' });
  const today = new Date(nowMs);
  const listed = await client.messages.list({ to, from: '+15005550006', dateSentAfter: today, pageSize: 2 });
  expect(listed.map(({ body, status }) => [body, status])).toEqual([
    ['three', 'sent'],
    ['two', 'sent'],
    ['one', 'sent'],
  ]);
  expect(listed.map(({ price }) => price)).toEqual([null, null, null]);
  nowMs += 3_000;
  const priced = await client.messages(listed[0]?.sid as string).fetch();
  expect([priced.price, priced.priceUnit]).toEqual(['-0.00830', 'USD']);
  const tomorrow = new Date(nowMs + 86_400_000);
  expect(await client.messages.list({ to, dateSentAfter: tomorrow })).toEqual([]);
  expect(await client.messages.list({ to, dateSent: today })).toHaveLength(4);
});

test('resend sends once for one idempotency key, batches too', async () => {
  const resend = new Resend(SIMULATOR_CREDENTIALS.resend, { baseUrl: `${simulator.url}/resend` });
  const email = { from: 'a@example.com', to: 'b@example.com', subject: 'hi', html: 'x' };
  const first = await resend.emails.send(email, { idempotencyKey: 'w/1' });
  expect((await resend.emails.send(email, { idempotencyKey: 'w/1' })).data?.id).toBe(first.data?.id);
  const other = await resend.emails.send({ ...email, subject: 'ho' }, { idempotencyKey: 'w/1' });
  expect(other.error?.name).toBe('invalid_idempotent_request');
  expect((await resend.batch.send([email, email])).data?.data).toHaveLength(2);
});

describe('lists come page by page, newest first', () => {
  test("twilio's next page is a path in the answer", async () => {
    const { accountSid, authToken } = SIMULATOR_CREDENTIALS.twilio;
    const client = twilio(accountSid, authToken);
    client.api.baseUrl = `${simulator.url}/twilio`;
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1)
      made.unshift((await client.messages.create({ to: '+15005550010', from: '+15005550006', body: 'page' })).sid);
    const first = await client.messages.page({ pageSize: 2 });
    const second = await first.nextPage();
    const third = await second?.nextPage();
    const pages = [first, second, third].map((page) => page?.instances.map(({ sid }) => sid) ?? []);
    expect(pages.slice(0, 2).map(({ length }) => length)).toEqual([2, 2]);
    expect(pages.flat().slice(0, 5)).toEqual(made);
  });

  test("resend's next page is after an id, and the one before it before an id", async () => {
    const resend = new Resend(SIMULATOR_CREDENTIALS.resend, { baseUrl: `${simulator.url}/resend` });
    const email = { from: 'a@example.com', to: 'b@example.com', subject: 'page', html: 'x' };
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.unshift((await resend.emails.send(email)).data?.id as string);
    const idsOf = async (where: { after?: string; before?: string }) => {
      const { data } = await resend.emails.list({ limit: 2, ...where } as Parameters<typeof resend.emails.list>[0]);
      return [data?.has_more, ...(data?.data ?? []).map(({ id }) => id)];
    };
    expect(await idsOf({})).toEqual([true, made[0], made[1]]);
    expect(await idsOf({ after: made[1] as string })).toEqual([true, made[2], made[3]]);
    expect(await idsOf({ before: made[3] as string })).toEqual([true, made[1], made[2]]);
    expect(await idsOf({ before: made[2] as string })).toEqual([false, made[0], made[1]]);
  });
});

test('a fault can be ordered for one marked request', async () => {
  const resend = new Resend(SIMULATOR_CREDENTIALS.resend, { baseUrl: `${simulator.url}/resend` });
  const send = (subject: string) =>
    resend.emails.send({ from: 'a@example.com', to: 'b@example.com', subject, html: 'x' });
  await order({ provider: 'resend', match: { marker: 'marked' }, fault: { failBefore: 500 } });
  expect((await send('other')).error).toBeNull();
  expect((await send('marked')).error).toMatchObject({ statusCode: 500 });
  expect((await send('marked')).error).toBeNull();
});

test('after kill -9 the file holds every answered call, and nothing is executed again', async () => {
  const file = join(folder, 'killed.jsonl');
  const entry = new URL('../dist/main.js', import.meta.url).pathname;
  const env = { ...process.env, KEYBRAKE_SIMULATOR_PORT: '0', KEYBRAKE_SIMULATOR_WITNESS: file };
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((told) => child.stdout.once('data', (data: Buffer) => told(data.toString())));
  const stripe = stripeAt(Number(new URL((JSON.parse(line) as { listening: string }).listening).port));
  const made = await Promise.all(
    Array.from({ length: 30 }, (_none, index) => stripe.charges.create(dollar, { idempotencyKey: `k-${index}` })),
  );
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await exited;
  const again = await startSimulator({ port: 0, witnessFile: file, nowMs: () => Date.now() });
  const replayed = await Promise.all(
    made.map((_charge, index) => stripeAt(again.port).charges.create(dollar, { idempotencyKey: `k-${index}` })),
  );
  expect(replayed.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
  expect((await stripeAt(again.port).charges.retrieve(made[3]?.id as string)).amount).toBe(100);
  await again.close();
});

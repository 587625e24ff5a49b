import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { admin, executedDuring, hire, type Surroundings, ungoverned } from './surroundings.ts';
import { refusalOf, type Telling } from './telling.ts';

const CHARGE = 'POST /v1/charges';
const REFUND = 'POST /v1/refunds';
const DOLLAR = 100;

const order = (dollars: number): Stripe.ChargeCreateParams => ({
  amount: dollars * DOLLAR,
  currency: 'usd',
  source: 'tok_visa',
});

/** Charges, then fails in a later step, so that the orchestrator runs the whole pipeline again. */
async function pipelineThatFailsOnce(charge: () => Promise<Stripe.Charge>): Promise<Stripe.Charge[]> {
  const charges: Stripe.Charge[] = [];
  for (const downstreamWorks of [false, true]) {
    charges.push(await charge());
    if (downstreamWorks) break;
  }
  return charges;
}

export async function retriedPipeline(at: Surroundings, tell: Telling): Promise<void> {
  tell.chapter(
    '1. The pipeline is retried',
    'It charges $20, then a downstream step fails, and the orchestrator runs it again.',
  );
  const raw = ungoverned(at);
  const rawCharges = await executedDuring(at, CHARGE, async () => {
    await pipelineThatFailsOnce(() => raw.charges.create(order(20)));
  });
  tell.raw(`provider executed ${rawCharges} charges: the customer paid twice`);

  const { stripe } = await hire(at, 'billing', ['charges:*'], '10000');
  const idempotencyKey = `order-${randomUUID()}`;
  let ids: string[] = [];
  const executed = await executedDuring(at, CHARGE, async () => {
    const charges = await pipelineThatFailsOnce(() => stripe.charges.create(order(20), { idempotencyKey }));
    ids = charges.map((charge) => charge.id);
  });
  tell.governed(`agent saw charge ${ids[0]} twice, provider executed ${executed}`, executed === 1 && ids[0] === ids[1]);
}

export async function twoBranches(at: Surroundings, tell: Telling): Promise<void> {
  tell.chapter('2. Two branches at once', 'Two branches of one pipeline charge the same order at the same moment.');
  const raw = ungoverned(at);
  const rawCharges = await executedDuring(at, CHARGE, async () => {
    await Promise.all([raw.charges.create(order(15)), raw.charges.create(order(15))]);
  });
  tell.raw(`provider executed ${rawCharges} charges: the customer paid twice`);

  const { stripe } = await hire(at, 'billing', ['charges:*'], '10000');
  const idempotencyKey = `order-${randomUUID()}`;
  let ids: string[] = [];
  const executed = await executedDuring(at, CHARGE, async () => {
    const branches = [0, 1].map(() => stripe.charges.create(order(15), { idempotencyKey }));
    ids = (await Promise.all(branches)).map((charge) => charge.id);
  });
  tell.governed(`both branches got ${ids[0]}, provider executed ${executed}`, executed === 1 && ids[0] === ids[1]);
}

export async function sharedKey(at: Surroundings, tell: Telling): Promise<void> {
  tell.chapter('3. One key for every agent', 'The reporting agent is talked into charging a card.');
  const raw = ungoverned(at);
  const rawCharges = await executedDuring(at, CHARGE, async () => void (await raw.charges.create(order(50))));
  tell.raw(`provider executed ${rawCharges} charge: a key that may read may also charge`);

  const reporting = await hire(at, 'reporting', ['charges:read'], '0');
  await reporting.stripe.charges.list({ limit: 1 });
  let refusal = { status: 0, message: '' };
  const executed = await executedDuring(at, CHARGE, async () => {
    refusal = await refusalOf(reporting.stripe.charges.create(order(50)));
  });
  const denied = refusal.status === 403 && refusal.message.includes('not in allowed_ops');
  tell.governed(
    `reads work; the charge got ${refusal.status} "not in allowed_ops", provider executed ${executed}`,
    denied && executed === 0,
  );
}

export async function capExceeded(at: Surroundings, tell: Telling): Promise<void> {
  tell.chapter('4. The daily cap', 'An agent in a loop charges $30 again and again; its cap is $100 a day.');
  const raw = ungoverned(at);
  const rawCharges = await executedDuring(at, CHARGE, async () => {
    for (let call = 0; call < 5; call += 1) await raw.charges.create(order(30));
  });
  tell.raw(`provider executed ${rawCharges} charges, $${rawCharges * 30}: a real key has no cap`);

  const { stripe } = await hire(at, 'billing', ['charges:*'], '10000');
  const refusals: { status: number; message: string }[] = [];
  const executed = await executedDuring(at, CHARGE, async () => {
    for (let call = 0; call < 5; call += 1) refusals.push(await refusalOf(stripe.charges.create(order(30))));
  });
  const denied = refusals
    .slice(3)
    .every(({ status, message }) => status === 429 && message.includes('daily cap exceeded'));
  tell.governed(
    `provider executed ${executed} charges, $${executed * 30}; the rest got 429 "daily cap exceeded"`,
    executed === 3 && denied,
  );
}

export async function refundWithBillingKey(at: Surroundings, tell: Telling): Promise<void> {
  tell.chapter('5. A refund with a billing key', 'The billing agent tries to pay money out.');
  const raw = ungoverned(at);
  const rawRefunds = await executedDuring(at, REFUND, async () => {
    const charge = await raw.charges.create(order(10));
    await raw.refunds.create({ charge: charge.id, amount: 10 * DOLLAR });
  });
  tell.raw(`provider executed ${rawRefunds} refund`);

  const billing = await hire(at, 'billing', ['charges:*'], '10000');
  const refunds = await hire(at, 'refunds', ['refunds:*'], '5000');
  const charge = await billing.stripe.charges.create(order(10));
  let refusal = { status: 0, message: '' };
  const executed = await executedDuring(at, REFUND, async () => {
    refusal = await refusalOf(billing.stripe.refunds.create({ charge: charge.id, amount: 10 * DOLLAR }));
  });
  tell.governed(
    `billing key got ${refusal.status}, provider executed ${executed}`,
    refusal.status === 403 && executed === 0,
  );
  const allowed = await executedDuring(at, REFUND, async () => {
    await refunds.stripe.refunds.create({ charge: charge.id, amount: 10 * DOLLAR });
  });
  tell.governed(`the refunds agent's own key refunded it, provider executed ${allowed}`, allowed === 1);
}

export async function killSwitch(at: Surroundings, tell: Telling): Promise<void> {
  tell.chapter('6. The kill switch', 'An agent misbehaves; its key is revoked while it runs.');
  tell.raw('rolling a real key takes down every agent that shares it');
  const { stripe, keyId } = await hire(at, 'billing', ['charges:*'], '1000000');
  await stripe.charges.create(order(1));
  const startedAtMs = performance.now();
  await admin(at, 'POST', `/v1/vault-keys/${keyId}/revoke`);
  const inForceMs = (performance.now() - startedAtMs).toFixed(0);
  let refusal = { status: 0, message: '' };
  const executed = await executedDuring(at, CHARGE, async () => {
    refusal = await refusalOf(stripe.charges.create(order(1)));
  });
  tell.governed(
    `in force after ${inForceMs} ms; the next call got ${refusal.status}, provider executed ${executed}`,
    refusal.status === 401 && executed === 0,
  );
}

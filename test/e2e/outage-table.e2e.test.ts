import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type KafkaProcess, startKafka } from '@keybrake/testing/kafka-process';
import { eventually, freePort } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { type Answer, call, charge, chargesOf, type ProviderCall, providerCalls } from '../harness/calls.ts';
import { OwnPostgres } from '../harness/own-postgres.ts';
import { System } from '../harness/system.ts';

/** The rows of the table in docs/operations.md, each with the outage and what is claimed of it. */
const ROWS: Readonly<Record<string, () => Promise<void>>> = {
  'one gateway': oneGateway,
  Kafka: kafkaAway,
  'PostgreSQL, distributed': postgresAwayDistributed,
  'PostgreSQL, embedded': postgresAwayEmbedded,
  'Redis, lost': redisLost,
  'PostgreSQL, less than a day after Redis was lost': postgresAwayAfterRedis,
  'every ledger': everyLedger,
  'the admin API': adminApi,
  'a provider, slow or down': provider,
  "a webhook's receiver": webhookReceiver,
};

let postgres: OwnPostgres;
let broker: KafkaProcess;
let system: System;
let embedded: System;
let key: IssuedKey;
let embeddedKey: IssuedKey;

const POLICY = { allowedOperations: ['charges:*'], capMinor: '100000000' };
const SETTINGS = { KEYBRAKE_WEBHOOK_TARGETS: 'any', KEYBRAKE_UPSTREAM_TIMEOUT_MS: '3000' };

beforeAll(async () => {
  [postgres, broker] = await Promise.all([OwnPostgres.start(), startKafka()]);
  const postgresUrl = postgres.url;
  system = await System.start({ postgresUrl, kafkaBrokers: broker.brokers, gateways: 2, env: SETTINGS });
  embedded = await System.start({ postgresUrl });
  [key, embeddedKey] = await Promise.all([system.issueKey(POLICY), embedded.issueKey(POLICY)]);
});
afterAll(async () => {
  await system.stop();
  await embedded.stop();
  await broker.remove();
  await postgres.remove();
});

let amountMinor = 1_000;
/** An amount of its own for each call, by which the provider's record tells it. */
const nextAmount = () => {
  amountMinor += 1;
  return amountMinor;
};

const pay = (idempotencyKey: string = randomUUID(), amount = nextAmount(), gateway = 1, vaultKey = key.vaultKey) =>
  charge(
    system.gatewayUrls[gateway] as string,
    vaultKey,
    `amount=${amount}&currency=usd&source=tok_visa`,
    idempotencyKey,
  );

const executedOf = async (amount: number) => chargesOf(await system.witness('stripe'), amount).length;

const untilPaid = () =>
  eventually(
    'a call to go through',
    () => pay(),
    ({ status }) => status === 200,
    60_000,
  );

const audit = () =>
  fetch(`${system.adminUrl}/v1/audit?limit=1`, { headers: { authorization: `Bearer ${system.adminToken}` } });

async function refusesFast(work: () => Promise<Answer>): Promise<void> {
  const sentAtMs = performance.now();
  const { status, headers, text } = await work();
  expect([status, headers.get('retry-after') !== null]).toEqual([503, true]);
  expect(JSON.parse(text)).toMatchObject({ error: { type: 'api_error' } });
  expect(performance.now() - sentAtMs).toBeLessThan(5_000);
}

/** A call that the provider is at work on, and its answer. */
async function atWork(delayMs: number, idempotencyKey: string, gateway: number) {
  const amount = nextAmount();
  await system.fault({ provider: 'stripe', fault: { delayMs } });
  const answer = pay(idempotencyKey, amount, gateway).catch(() => undefined);
  const got = (entries: readonly { readonly amountMinor: string | null }[]) =>
    entries.some((entry) => entry.amountMinor === String(amount));
  await eventually('the provider to get the call', () => system.witness('stripe'), got);
  return { amount, answer };
}

async function oneGateway() {
  const idempotencyKey = randomUUID();
  const { amount, answer } = await atWork(2_000, idempotencyKey, 0);
  const killed = system.killGateway(0);
  expect((await pay()).status).toBe(200);
  expect(await answer).toBeUndefined();
  const retry = () => pay(idempotencyKey, amount);
  expect((await eventually('its retry', retry, ({ status }) => status === 200, 30_000)).status).toBe(200);
  expect(await executedOf(amount)).toBe(1);
  await killed;
}

async function redisLost() {
  await system.redis.server.kill();
  await refusesFast(() => pay());
  expect([(await audit()).status, (await fetch(system.adminUrl)).status]).toEqual([200, 200]);
  const beganAtMs = performance.now();
  await system.restartRedis();
  await untilPaid();
  expect(performance.now() - beganAtMs).toBeLessThan(30_000);
}

async function kafkaAway() {
  const revoked = await system.issueKey(POLICY);
  expect((await pay(randomUUID(), nextAmount(), 1, revoked.vaultKey)).status).toBe(200);
  const { answer } = await atWork(2_000, randomUUID(), 1);
  broker.server.signal('SIGSTOP');
  try {
    expect((await answer)?.status).toBe(200);
    await refusesFast(() => pay());
    expect((await audit()).status).toBe(200);
    await system.admin('POST', `/v1/vault-keys/${revoked.id}/revoke`);
    // What is refused is logged too.
    await refusesFast(() => pay(randomUUID(), nextAmount(), 1, revoked.vaultKey));
  } finally {
    broker.server.signal('SIGCONT');
  }
  await untilPaid();
  expect((await pay(randomUUID(), nextAmount(), 1, revoked.vaultKey)).status).toBe(401);
}

async function postgresAwayDistributed() {
  const unseen = await system.issueKey(POLICY);
  await untilPaid();
  await postgres.stop();
  const amount = nextAmount();
  expect((await pay(randomUUID(), amount)).status).toBe(200);
  expect(await executedOf(amount)).toBe(1);
  await refusesFast(() => pay(randomUUID(), nextAmount(), 1, unseen.vaultKey));
  expect((await audit()).status).toBe(503);
  await postgres.startAgain();
  const folded = () =>
    system.foldedUp().then(
      () => true,
      () => false,
    );
  await eventually('the ledger to catch up', folded, (done) => done, 60_000);
  expect((await pay(randomUUID(), nextAmount(), 1, unseen.vaultKey)).status).toBe(200);
}

const payEmbedded = () =>
  charge(embedded.gatewayUrl, embeddedKey.vaultKey, 'amount=100&currency=usd&source=tok_visa', randomUUID());

async function postgresAwayEmbedded() {
  await postgres.stop();
  await refusesFast(payEmbedded);
  await postgres.startAgain();
  await eventually('a call to go through', payEmbedded, ({ status }) => status === 200, 60_000);
}

async function postgresAwayAfterRedis() {
  await untilPaid();
  await postgres.stop();
  await refusesFast(() => pay());
  await postgres.startAgain();
  await untilPaid();
}

async function everyLedger() {
  const revoked = await system.issueKey(POLICY);
  await Promise.all(system.ledgers.map((ledger) => ledger.stop()));
  const [idempotencyKey, amount] = [randomUUID(), nextAmount()];
  expect((await pay(idempotencyKey, amount)).status).toBe(200);
  const replay = await pay(idempotencyKey, amount);
  expect([replay.status, replay.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  await system.admin('POST', `/v1/vault-keys/${revoked.id}/revoke`);
  expect((await pay(randomUUID(), nextAmount(), 1, revoked.vaultKey)).status).toBe(401);
  const folded = () =>
    system.sql<{ state: string }>('select state from ledger.idempotency_records where idempotency_key = $1', [
      idempotencyKey,
    ]);
  expect(await folded()).toEqual([]);
  await system.startLedger();
  await system.foldedUp();
  expect(await folded()).toEqual([{ state: 'committed' }]);
}

async function adminApi() {
  const restarted = system.killAdmin();
  expect((await pay()).status).toBe(200);
  await restarted;
  expect((await audit()).status).toBe(200);
}

async function provider() {
  const [idempotencyKey, amount] = [randomUUID(), nextAmount()];
  await system.fault({ provider: 'stripe', fault: { dropAfter: true } });
  const lost = await pay(idempotencyKey, amount);
  expect([lost.status, JSON.parse(lost.text)]).toMatchObject([409, { error: { code: 'outcome_unknown' } }]);
  await system.fault({ provider: 'stripe', fault: { failBefore: 429 } });
  expect((await pay()).status).toBe(429);
  const resend = providerCalls.find(({ id }) => id === 'resend') as ProviderCall;
  const mailer = await system.issueKey({ ...resend.policy, capMinor: '100' });
  expect((await call(system.gatewayUrl, resend, mailer.vaultKey)).status).toBe(200);
  expect((await pay(idempotencyKey, amount)).status).toBe(200);
  expect(await executedOf(amount)).toBe(1);
}

async function webhookReceiver() {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { id } = await system.admin<{ id: string }>('POST', '/v1/webhooks', { url, types: [] });
  const gone = await system.issueKey(POLICY);
  await system.admin('POST', `/v1/vault-keys/${gone.id}/revoke`);
  const tried = () =>
    system.sql<{ state: string; attempts: number }>(
      'select state, attempts from alerts.deliveries where webhook_id = $1',
      [id],
    );
  await eventually('an attempt', tried, ([delivery]) => (delivery?.attempts ?? 0) > 0, 30_000);
  expect((await tried()).map(({ state }) => state)).toEqual(['pending']);
  expect((await pay()).status).toBe(200);
}

const told = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  .split('## What an outage does to agents')[1]
  ?.split('## ')[0];

test('every row of the table is tested here', () => {
  const names = [...(told ?? '').matchAll(/^\| (.+?) \|/gm)].map(([, name]) => name);
  expect(names.slice(2)).toEqual(Object.keys(ROWS));
});

test.each(Object.entries(ROWS))('%s is down', { timeout: 240_000 }, async (_what, outage) => {
  await outage();
});

import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { expect } from 'vitest';
import type { IssuedKey } from './account.ts';
import { approvalKey, timeIsOver, WaitingCharge } from './approvals.ts';
import { call, charge, type ProviderCall, providerCalls } from './calls.ts';
import { cutCalls } from './cut-calls.ts';
import { endedAs } from './lost-calls.ts';
import type { System } from './system.ts';

const [stripe, , twilio] = providerCalls as [ProviderCall, ProviderCall, ProviderCall];

/** For `callsInDoubt`, `abandonedCalls` and `latePrice`: short deadlines. */
export const SHORT_DEADLINES = {
  KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1500',
  KEYBRAKE_HELD_MAX_AGE_MS: '1000',
  KEYBRAKE_RESOLVE_INTERVAL_MS: '200',
  KEYBRAKE_RESOLVE_SETTLE_DELAY_MS: '500',
  KEYBRAKE_RESOLVE_ATTEMPTS_MAX: '2',
  KEYBRAKE_PRICE_DELAY_MS: '2500',
  KEYBRAKE_WEBHOOK_TARGETS: 'any',
};

/** A policy that asks for everything that an admission can: caps of each window, quota, rate, guard. */
export const wholeKey = (system: System): Promise<IssuedKey> => {
  const cap = { scope: 'key', currency: 'usd', limitMinor: '10000' };
  return system.issueKey({
    allowedOperations: ['charges:*'],
    capMinor: '0',
    policy: {
      caps: ['day', 'month', 'rolling_24h', 'total'].map((window) => ({ ...cap, window })),
      requestsPerSecond: 100,
      requestsPerMonth: 1_000,
      duplicateGuard: { mode: 'block', windowSeconds: 3600, scope: 'run' },
    },
  });
};

export function pay(
  system: System,
  { vaultKey }: Pick<IssuedKey, 'vaultKey'>,
  amount = 100,
  key: string = randomUUID(),
) {
  return charge(system.gatewayUrl, vaultKey, `amount=${amount}&currency=usd&source=tok_visa&description=${key}`, key);
}

/** A charge, its replay, a denial of each kind, a revoke. */
export async function calls(system: System): Promise<void> {
  const key = await wholeKey(system);
  const first = await pay(system, key, 5_000, `first-${key.id}`);
  const again = await pay(system, key, 5_000, `first-${key.id}`);
  expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
  expect((await pay(system, key, 4_999, `first-${key.id}`)).status).toBe(400);
  expect((await pay(system, key, 5_001)).status).toBe(429);
  const form = `amount=5000&currency=usd&source=tok_visa&description=first-${key.id}`;
  expect((await charge(system.gatewayUrl, key.vaultKey, form, randomUUID())).status).toBe(409);
  expect((await charge(system.gatewayUrl, key.vaultKey, form.replace('usd', 'eur'), randomUUID())).status).toBe(403);
  await system.admin('POST', `/v1/vault-keys/${key.id}/revoke`);
  expect((await pay(system, key)).status).toBe(401);
}

/** Asked, approved and made; asked and denied; asked and forgotten. */
export async function approvals(system: System): Promise<void> {
  const key = await approvalKey(system);
  const [made, denied, forgotten] = [1, 2, 3].map(() => new WaitingCharge(system, key)) as [
    WaitingCharge,
    WaitingCharge,
    WaitingCharge,
  ];
  await system.admin('POST', `/v1/approvals/${(await made.asked()).id}/approve`, {});
  await system.admin('POST', `/v1/approvals/${(await denied.asked()).id}/deny`, {});
  expect([(await made.send()).status, (await denied.send()).status, await made.executed()]).toEqual([200, 403, 1]);
  const { id } = await forgotten.asked();
  await timeIsOver(system, id);
  await eventually(
    'the request to expire',
    () => forgotten.seen(id),
    ({ state }) => state === 'expired',
  );
}

/** Cut off before and after they were executed: settled by the resolver, and by a person. */
export async function callsInDoubt(system: System): Promise<void> {
  const key = await system.issueKey({ ...stripe.policy, capMinor: '100000' });
  await cutCalls(system, stripe, key, 'after', 2);
  await cutCalls(system, stripe, key, 'before', 2);
  await endedAs(system, key, 4, 0);
  const texts = await system.issueKey({ ...twilio.policy, capMinor: '100000' });
  await cutCalls(system, twilio, texts, 'before', 1);
  const [left] = await endedAs(system, texts, 0, 1);
  await system.admin('POST', `/v1/reservations/${left?.id}/resolve`, {
    outcome: 'not_executed',
    note: 'not in the log',
  });
}

/** A gateway is killed between the reservation and its launch: the janitor gives the hold back. */
export async function abandonedCalls(system: System): Promise<void> {
  const key = await system.issueKey({ ...stripe.policy, capMinor: '100000' });
  const gateway = await system.startFaultyGateway({ faults: { 'after-record': 'SIGKILL' } });
  await expect(call(gateway.url, stripe, key.vaultKey)).rejects.toThrow();
  await eventually(
    'the hold to be given back',
    () => system.heldReservations(),
    (held) => held === 0,
    30_000,
  );
}

/** The provider tells the price of a message after it. */
export async function latePrice(system: System): Promise<void> {
  const key = await system.issueKey({ ...twilio.policy, capMinor: '100000' });
  expect((await call(system.gatewayUrl, twilio, key.vaultKey)).status).toBe(201);
  const told = () =>
    system.sql('select 1 from ledger.audit_entries where vault_key_id = $1 and final_micros is not null', [key.id]);
  await eventually('the final price', told, (rows) => rows.length === 1, 30_000);
  const watched = () => system.sql('select 1 from ledger.price_watches where final_micros is not null');
  await eventually('the price to be counted', watched, (rows) => rows.length === 0, 30_000);
}

/** What an agent asks of its own key, and the key that it makes. */
export async function agentView(system: System): Promise<void> {
  const key = await system.issueKey({ ...stripe.policy, capMinor: '10000' });
  const denied = await pay(system, key, 10_001);
  await system.foldedUp();
  const decision = denied.headers.get('keybrake-decision-id') ?? '';
  const ask = async (path: string, init: RequestInit = {}) => {
    const authorization = `Bearer ${key.vaultKey}`;
    const response = await fetch(`${system.gatewayUrl}/_keybrake/${path}`, { headers: { authorization }, ...init });
    return [response.status, await response.json()] as [number, { vaultKey: string }];
  };
  for (const path of ['budget', 'operations', `decisions/${decision}`]) {
    expect([path, (await ask(path))[0]]).toEqual([path, 200]);
  }
  const [status, child] = await ask('children', { method: 'POST', body: JSON.stringify({ runId: 'nightly' }) });
  expect([status, (await pay(system, { vaultKey: `${child.vaultKey}.nightly` })).status]).toEqual([201, 200]);
}

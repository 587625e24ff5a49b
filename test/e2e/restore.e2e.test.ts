import { randomUUID } from 'node:crypto';
import type { ServerProcess } from '@keybrake/testing/processes';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { call, charge, executedMarkers, type ProviderCall, providerCalls } from '../harness/calls.ts';
import { ledgerState } from '../harness/ledger-state.ts';
import { OwnPostgres } from '../harness/own-postgres.ts';
import { System } from '../harness/system.ts';
import { dumpTopic } from '../harness/topic-dump.ts';

const CAP_MINOR = 100_000;
const AGENTS = 4;

let postgres: OwnPostgres;
let system: System;
let key: IssuedKey;
let spentMinor = 0;

const twilio = providerCalls.find(({ id }) => id === 'twilio') as ProviderCall;

beforeAll(async () => {
  postgres = await OwnPostgres.start();
  system = await System.start({ postgresUrl: postgres.url, kafkaBrokers: inject('kafkaBrokers'), gateways: 2 });
  key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: String(CAP_MINOR) });
});
afterAll(async () => {
  await system.stop();
  await postgres.remove();
});

const form = (amountMinor: number) => `amount=${amountMinor}&currency=usd&source=tok_visa`;

async function spend(amountMinor: number, idempotencyKey = randomUUID()) {
  const url = system.gatewayUrls[amountMinor % 2] as string;
  const { status } = await charge(url, key.vaultKey, form(amountMinor), idempotencyKey);
  expect(status).toBe(200);
  spentMinor += amountMinor;
}

/** Agents that spend until they are told to stop. */
function agents(): { stop(): Promise<unknown> } {
  let isStopped = false;
  const agent = async (index: number) => {
    for (let call = 0; !isStopped; call += 1) await spend(60 + ((index + call) % 40));
  };
  const running = Promise.all(Array.from({ length: AGENTS }, (_none, index) => agent(index)));
  return {
    stop: () => {
      isStopped = true;
      return running;
    },
  };
}

const balanceMinor = async (side: 'enforced' | 'folded') => {
  const [balance] = await system.balances(key.id, side);
  return Number((balance?.committedMicros ?? 0n) / 10_000n);
};

test('a backup of the database, taken while agents spend, and the log make the same ledger again', async () => {
  const texter = await system.issueKey({ ...twilio.policy, capMinor: '5' });
  const working = agents();
  const atStart = spentMinor;
  const backup = await postgres.backUp();
  await eventually(
    'calls during and after the backup',
    () => spentMinor - atStart,
    (spent) => spent > 3_000,
  );
  await working.stop();
  // After the backup: a call that was answered, and a message of which nobody knows whether it was sent.
  const answered = randomUUID();
  await spend(701, answered);
  const lost = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100' });
  const unknown = randomUUID();
  await system.fault({ provider: 'twilio', fault: { dropAfter: true } });
  const text = () => call(system.gatewayUrl, twilio, texter.vaultKey, unknown);
  expect((await text()).status).toBe(409);
  // An outcome is logged after its answer.
  await eventually(
    'every outcome to be folded',
    () => balanceMinor('folded'),
    (minor) => minor === spentMinor,
  );
  await system.foldedUp();
  const before = await ledgerState(system);

  await Promise.all(system.ledgers.map((ledger: ServerProcess) => ledger.stop()));
  await postgres.restore(backup);
  const behind = await ledgerState(system);
  expect(behind).not.toEqual(before);
  await system.restartRedis();
  await Promise.all([system.killGateway(0), system.killGateway(1), system.killAdmin(), system.killLedgers()]);
  await system.foldedUp();

  expect(await ledgerState(system)).toEqual(before);
  const events = await dumpTopic(system);
  const loggedMicros = events.reduce(
    (sum, event) => sum + (event.type === 'SpendCommitted' ? event.actualMicros : 0n),
    0n,
  );
  expect([await balanceMinor('folded'), await balanceMinor('enforced')]).toEqual(Array(2).fill(spentMinor));
  expect(Number(loggedMicros / 10_000n)).toBe(spentMinor);

  // What was done before the disaster is not done again, and what was left is left to the cent.
  const retry = await charge(system.gatewayUrl, key.vaultKey, form(701), answered);
  expect([retry.status, retry.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect((await text()).status).toBe(409);
  expect(executedMarkers(await system.witness('twilio'))).toEqual([twilio.mark(unknown)]);
  const left = CAP_MINOR - spentMinor;
  expect((await charge(system.gatewayUrl, key.vaultKey, form(left + 1), randomUUID())).status).toBe(429);
  await spend(left);
  const executed = (await system.witness('stripe')).filter((entry) => entry.executed);
  expect(executed.reduce((sum, { amountMinor }) => sum + Number(amountMinor), 0)).toBe(CAP_MINOR);
  expect(await system.admin('GET', '/v1/audit/verify')).toMatchObject({ valid: true });
  // Keys and policies are not in the log: what was decided after the backup is to be done again.
  expect((await charge(system.gatewayUrl, lost.vaultKey, form(1), randomUUID())).status).toBe(401);
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { type Answer, call, charge, providerCalls } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { everythingWritten } from '../harness/written.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  await system.stop();
});

test('the real keys and the vault keys stand nowhere: no table, log, answer, error or request to a provider', async () => {
  const keys: IssuedKey[] = [];
  const answers: Answer[] = [];
  for (const provider of providerCalls) {
    const key = await system.issueKey({ ...provider.policy, capMinor: '100000' });
    keys.push(key);
    const idempotencyKey = randomUUID();
    answers.push(await call(system.gatewayUrl, provider, key.vaultKey, idempotencyKey));
    answers.push(await call(system.gatewayUrl, provider, key.vaultKey, idempotencyKey));
    await system.fault({ provider: provider.id, fault: { failBefore: 500 } });
    answers.push(await call(system.gatewayUrl, provider, key.vaultKey, randomUUID()));
    await system.fault({ provider: provider.id, fault: { dropAfter: true } });
    answers.push(await call(system.gatewayUrl, provider, key.vaultKey, randomUUID()));
    answers.push(await call(system.gatewayUrl, provider, `${key.vaultKey}x`, randomUUID()));
  }
  const stripeKey = keys[0] as IssuedKey;
  answers.push(await charge(system.gatewayUrl, stripeKey.vaultKey, 'amount=1e6&currency=usd', randomUUID()));
  answers.push(
    await charge(system.gatewayUrl, stripeKey.vaultKey, `amount=100&currency=${stripeKey.vaultKey}`, randomUUID()),
  );
  await system.admin('POST', `/v1/vault-keys/${stripeKey.id}/revoke`);
  answers.push(await charge(system.gatewayUrl, stripeKey.vaultKey, 'amount=100&currency=usd', randomUUID()));
  const listed = await system.admin<unknown>('GET', '/v1/credentials');
  await system.foldedUp();

  const written = await everythingWritten(system);
  const answered =
    answers.map(({ text, headers }) => text + JSON.stringify([...headers])).join('\n') + JSON.stringify(listed);
  expect(written.length).toBeGreaterThan(10_000);
  for (const secret of system.realSecrets) {
    expect(written.includes(secret), 'a real key in what was written').toBe(false);
    expect(answered.includes(secret), 'a real key in an answer').toBe(false);
    const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '');
    expect(written.includes(encoded), 'an encoded real key in what was written').toBe(false);
  }
  // The text of each request: its records hold it encrypted only.
  expect(written.includes('marked '), 'a request body in what was written').toBe(false);
  for (const { vaultKey } of keys) {
    const secretPart = vaultKey.slice(-43);
    expect(written.includes(secretPart), 'a vault key in what was written').toBe(false);
  }
  const received = await system.witness(undefined);
  expect(received.length).toBeGreaterThanOrEqual(9);
  expect(received.filter((entry) => entry.vaultKeySeen)).toEqual([]);
  expect(received.every((entry) => entry.credential === 'real')).toBe(true);
});

import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { eventually } from '@keybrake/testing/processes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { charge, chargesOf } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const run = promisify(execFile);
let system: System;
let key: IssuedKey;

beforeEach(async () => {
  system = await startSystem({ env: { KEYBRAKE_RESOLVE_INTERVAL_MS: '9999999' } });
  key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
});
afterEach(async () => {
  await system.stop();
});

const form = (amountMinor: number) => `amount=${amountMinor}&currency=usd&source=tok_visa`;

/** The status of a charge, and of the retry of one that was answered before. */
async function served(gatewayUrl: string, earlier: string): Promise<readonly [number, number, string | null]> {
  const fresh = await charge(gatewayUrl, key.vaultKey, form(100), randomUUID());
  const retry = await charge(gatewayUrl, key.vaultKey, form(300), earlier);
  return [fresh.status, retry.status, retry.headers.get('idempotent-replayed')];
}

test('a new master key: every step of the rotation serves calls and old answers, and the old key opens nothing at its end', async () => {
  const { KEYBRAKE_KEK: oldKek } = system.settings;
  const newKek = randomBytes(32).toString('base64');
  const earlier = randomUUID();
  expect((await charge(system.gatewayUrl, key.vaultKey, form(300), earlier)).status).toBe(200);
  await system.foldedUp();

  const prepared = { KEYBRAKE_KEKS_OTHER: newKek };
  expect(await served((await system.startGateway(prepared)).url, earlier)).toEqual([200, 200, 'true']);
  const turned = { KEYBRAKE_KEK: newKek, KEYBRAKE_KEKS_OTHER: oldKek };
  expect(await served((await system.startGateway(turned)).url, earlier)).toEqual([200, 200, 'true']);

  const rewrap = async () => {
    const env = { ...process.env, ...system.settings, ...turned };
    const { stdout } = await run(process.execPath, ['apps/ledger/dist/main.rewrap.js'], { env });
    expect(stdout).not.toContain(newKek);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { rewrapped: number; dataKeys: number };
  };
  expect(await rewrap()).toMatchObject({ rewrapped: 1, dataKeys: 1 });
  expect(await rewrap()).toMatchObject({ rewrapped: 0, dataKeys: 1 });

  // Those that were prepared go on, those that were turned need the old key no more, and it alone opens nothing.
  expect(await served((await system.startGateway(prepared)).url, earlier)).toEqual([200, 200, 'true']);
  const done = await system.startGateway({ KEYBRAKE_KEK: newKek });
  expect(await served(done.url, earlier)).toEqual([200, 200, 'true']);
  const old = await system.startGateway({});
  const refused = await charge(old.url, key.vaultKey, form(100), randomUUID());
  expect(refused.status).toBeGreaterThanOrEqual(500);
  await eventually(
    'what to do',
    () => old.process.output,
    (text) => text.includes('name that one in KEYBRAKE_KEKS_OTHER'),
  );
});

test('a newer pepper: old keys stay good, new ones are of the newer one, and a call in doubt is not done again', async () => {
  const inDoubt = randomUUID();
  await system.fault({ provider: 'stripe', fault: { dropAfter: true } });
  expect((await charge(system.gatewayUrl, key.vaultKey, form(777), inDoubt)).status).toBe(409);

  const after = await system.startGateway({ KEYBRAKE_PEPPERS_NEWER: randomBytes(32).toString('base64') });
  expect((await charge(after.url, key.vaultKey, form(777), inDoubt)).status).toBe(200);
  expect(chargesOf(await system.witness('stripe'), 777)).toHaveLength(1);

  const minted = await fetch(`${after.url}/_keybrake/children`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.vaultKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ runId: 'run-1' }),
  });
  expect(minted.status).toBe(201);
  const child = (await minted.json()) as { vaultKey: string };
  const statusAt = async (url: string) => (await charge(url, child.vaultKey, form(50), randomUUID())).status;
  expect([await statusAt(after.url), await statusAt(system.gatewayUrl)]).toEqual([200, 401]);
});

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@keybrake/platform';
import { migrate } from '@keybrake/storage';
import { createTemplateDatabase } from '@keybrake/testing/postgres';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, charge, chargesOf, providerCalls } from '../harness/calls.ts';
import { withLogLocked } from '../harness/log-lock.ts';
import { startSystem } from '../harness/start-system.ts';
import { System } from '../harness/system.ts';

describe('a caller that hangs up (R10)', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(async () => {
    await system.stop();
  });

  test('its call goes on to the end: executed, committed, and answered to its retry', async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    const idempotencyKey = randomUUID();
    const form = 'amount=4711&currency=usd&source=tok_visa';
    await system.fault({ provider: 'stripe', fault: { delayMs: 400 } });
    const { hostname, port } = new URL(system.gatewayUrl);
    const headers = {
      authorization: `Bearer ${key.vaultKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': idempotencyKey,
    };
    const gone = request({ hostname, port, method: 'POST', path: '/v1/charges', headers });
    gone.on('error', () => undefined);
    gone.end(form);
    await eventually(
      'the provider to get the call',
      () => system.witness('stripe'),
      (entries) => entries.some((entry) => entry.amountMinor === '4711'),
    );
    gone.destroy();
    const retry = await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey);
    expect(retry.status).toBe(200);
    expect(retry.headers.get('idempotent-replayed')).toBe('true');
    expect(chargesOf(await system.witness('stripe'), 4711)).toHaveLength(1);
  });

  test('a provider that can not be reached: 503, nothing held, and the retry goes through', async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    const idempotencyKey = randomUUID();
    const form = 'amount=4712&currency=usd&source=tok_visa';
    await system.fault({ provider: 'stripe', fault: { failBefore: 429 } });
    expect((await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey)).status).toBe(429);
    const retry = await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey);
    expect(retry.status).toBe(200);
    expect(chargesOf(await system.witness('stripe'), 4712)).toHaveLength(1);
  });

  test('a 5xx or a dropped connection after execution: in doubt, and the same key settles it without a second execution', async () => {
    for (const fault of [{ failAfter: 500 }, { dropAfter: true }, { failAfter: 502, saveFailure: false }]) {
      const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
      const idempotencyKey = randomUUID();
      const form = `amount=4713&currency=usd&source=tok_visa&description=${idempotencyKey}`;
      await system.fault({ provider: 'stripe', fault });
      const first = await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey);
      expect([first.status, JSON.parse(first.text)]).toMatchObject([409, { error: { code: 'outcome_unknown' } }]);
      const retry = await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey);
      expect(retry.status).toBe(200);
      const executed = (await system.witness('stripe')).filter(
        (entry) => entry.executed && entry.marker === idempotencyKey,
      );
      expect(executed).toHaveLength(1);
    }
  });
});

describe('a log that does not answer (R2, R9)', () => {
  test('KEYBRAKE_RECORD_TIMEOUT_MS bounds the wait: 503, nothing forwarded, and the hold is given back', async () => {
    const system = await startSystem({ env: { KEYBRAKE_RECORD_TIMEOUT_MS: '300' } });
    try {
      const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
      const form = 'amount=4714&currency=usd&source=tok_visa';
      const idempotencyKey = randomUUID();
      const answer = await withLogLocked(system.databaseUrl, async () => {
        const startedAtMs = performance.now();
        const refused = await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey);
        expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(290);
        expect(performance.now() - startedAtMs).toBeLessThan(2_000);
        return refused;
      });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(chargesOf(await system.witness('stripe'), 4714)).toHaveLength(0);
      const retry = await charge(system.gatewayUrl, key.vaultKey, form, idempotencyKey);
      expect(retry.status).toBe(200);
      expect(chargesOf(await system.witness('stripe'), 4714)).toHaveLength(1);
      await system.foldedUp();
      const { data } = await system.admin<{ data: { heldMinor: string; committedMinor: string }[] }>(
        'GET',
        `/v1/balances?vaultKeyId=${key.id}`,
      );
      expect(data).toMatchObject([{ heldMinor: '0', committedMinor: '4714' }]);
    } finally {
      await system.stop();
    }
  });
});

describe('the database is gone (R9)', () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let system: System;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keybrake-outage-'));
    postgres = await startEmbeddedPostgres({ folder });
    await createTemplateDatabase(postgres.url, migrate);
    system = await System.start({ postgresUrl: postgres.url });
  });
  afterAll(async () => {
    await system.stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  test("every call fails closed within 5 s, in its provider's shape with Retry-After, and nothing is forwarded", async () => {
    const keys = await Promise.all(
      providerCalls.map((provider) => system.issueKey({ ...provider.policy, capMinor: '100000' })),
    );
    for (const [index, provider] of providerCalls.entries()) {
      expect((await call(system.gatewayUrl, provider, keys[index]?.vaultKey as string)).status).toBe(
        provider.successStatus,
      );
    }
    const before = (await system.witness(undefined)).length;
    await postgres.stop();
    for (const [index, provider] of providerCalls.entries()) {
      const startedAtMs = performance.now();
      const answer = await call(system.gatewayUrl, provider, keys[index]?.vaultKey as string);
      expect(performance.now() - startedAtMs).toBeLessThan(5_000);
      expect([provider.id, answer.status, answer.headers.get('retry-after')]).toEqual([provider.id, 503, '1']);
      expect(JSON.parse(answer.text)).toBeTypeOf('object');
    }
    expect((await system.witness(undefined)).length).toBe(before);
    expect((await fetch(`${system.gatewayUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${system.gatewayUrl}/livez`)).status).toBe(200);
  });
});

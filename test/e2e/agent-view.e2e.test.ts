import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { charge, executedMarkers } from '../harness/calls.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

interface Cap {
  readonly scope: string;
  readonly scopeId: string;
  readonly limitMinor: string;
  readonly committedMinor: string;
  readonly heldMinor: string;
  readonly availableMinor: string;
}

describe.each(PROFILES)('what an agent sees of its own key (%s)', (profile) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ profile, gateways: 2 });
  });
  afterAll(async () => {
    await system.stop();
  });

  const key = (policy: Record<string, unknown> = {}): Promise<IssuedKey> =>
    system.issueKey({ allowedOperations: ['charges:*', 'refunds:write'], capMinor: '10000', policy });

  async function ask(vaultKey: string, path: string, body?: unknown, more: RequestInit = {}) {
    const response = await fetch(`${system.gatewayUrl}/_keybrake/${path}`, {
      headers: { authorization: `Bearer ${vaultKey}` },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      ...more,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const pay = (vaultKey: string, amount: number, more: { mark?: string; url?: string } = {}) =>
    charge(
      more.url ?? system.gatewayUrl,
      vaultKey,
      `amount=${amount}&currency=usd&source=tok_visa&description=${more.mark ?? 'x'}`,
      randomUUID(),
    );

  const mint = async (vaultKey: string, body: Record<string, unknown>): Promise<IssuedKey> => {
    const minted = await ask(vaultKey, 'children', body);
    expect(minted).toMatchObject({ status: 201 });
    return minted.body as unknown as IssuedKey;
  };

  test('its budget, to the cent, as the store enforces it: the tightest cap first', async () => {
    const cap = { scope: 'key', window: 'day', currency: 'usd' };
    const { id, vaultKey } = await key({
      caps: [
        { ...cap, limitMinor: '100000' },
        { ...cap, window: 'total', limitMinor: '10000' },
        { ...cap, scope: 'run', limitMinor: '3000' },
      ],
      perCallMax: { usd: '5000' },
      requestsPerSecond: 100,
    });
    expect((await pay(`${vaultKey}.run-1`, 1_250)).status).toBe(200);
    // A call is settled after its answer.
    const withRun = await eventually(
      'the call to be settled',
      () => ask(`${vaultKey}.run-1`, 'budget'),
      ({ body }) => (body.caps as Cap[]).every(({ heldMinor }) => heldMinor === '0'),
    );
    expect(withRun).toMatchObject({
      status: 200,
      body: {
        vaultKeyId: id,
        runId: 'run-1',
        provider: 'stripe',
        frozen: false,
        perCallMax: { usd: '5000' },
        requestsPerSecond: 100,
        requestsPerMonth: null,
        requires: { runId: false, idempotencyKey: false },
      },
    });
    const left = (body: Record<string, unknown>) =>
      (body.caps as Cap[]).map(({ scope, limitMinor, committedMinor, heldMinor, availableMinor }) => [
        scope,
        limitMinor,
        committedMinor,
        heldMinor,
        availableMinor,
      ]);
    expect(left(withRun.body)).toEqual([
      ['run', '3000', '1250', '0', '1750'],
      ['key', '10000', '1250', '0', '8750'],
      ['key', '100000', '1250', '0', '98750'],
    ]);
    const withoutRun = await ask(vaultKey, 'budget');
    expect(left(withoutRun.body).map(([scope]) => scope)).toEqual(['key', 'key']);
    // What it says is what fits.
    expect((await pay(`${vaultKey}.run-1`, 1_751)).status).toBe(429);
    expect((await pay(`${vaultKey}.run-1`, 1_750)).status).toBe(200);
  });

  test('the operations that it may call, and no others', async () => {
    const { vaultKey } = await key();
    const child = await mint(vaultKey, { runId: 'reads', allowedOperations: ['charges:read'] });
    const names = async (of: string) => {
      const { body } = await ask(of, 'operations');
      return new Set((body.data as { operation: string }[]).map(({ operation }) => operation));
    };
    expect(await names(vaultKey)).toEqual(new Set(['charges:read', 'charges:write', 'refunds:write']));
    expect(await names(child.vaultKey)).toEqual(new Set(['charges:read']));
    const { body } = await ask(vaultKey, 'operations');
    expect(body.data).toContainEqual({ operation: 'charges:write', endpoint: 'POST /v1/charges', costsMoney: true });
  });

  test('why a call of its own was refused; of a key below it too, of another key never', async () => {
    const parent = await key();
    const other = await key();
    const child = await mint(parent.vaultKey, { runId: 'run-1' });
    const denied = await pay(child.vaultKey, 20_000);
    expect(denied.status).toBe(429);
    const id = denied.headers.get('keybrake-decision-id') as string;
    await system.foldedUp();
    for (const reader of [child, parent]) {
      expect(await ask(reader.vaultKey, `decisions/${id}`)).toMatchObject({
        status: 200,
        body: {
          id,
          decision: 'denied',
          rule: 'cap_exceeded',
          message: expect.stringContaining('daily cap exceeded'),
          docs: 'docs/errors.md#cap_exceeded',
          endpoint: 'POST /v1/charges',
          reservedMinor: '20000',
          runId: 'run-1',
        },
      });
    }
    expect(await ask(other.vaultKey, `decisions/${id}`)).toMatchObject({ status: 404 });
    const paid = await pay(parent.vaultKey, 100);
    await system.foldedUp();
    const paidId = paid.headers.get('keybrake-reservation-id');
    expect(await ask(child.vaultKey, `decisions/${paidId}`)).toMatchObject({ status: 404 });
    expect(await ask(parent.vaultKey, `decisions/${paidId}`)).toMatchObject({
      body: { decision: 'allowed', state: 'committed', committedMinor: '100', rule: null, docs: null },
    });
  });

  test('it mints a key for a run that can do and spend no more than itself', async () => {
    const { id, vaultKey } = await key();
    const caps = [{ scope: 'key', window: 'total', currency: 'usd', limitMinor: '2000' }];
    const child = await mint(vaultKey, { runId: 'run-1', caps, allowedOperations: ['charges:*'] });
    expect(child).toMatchObject({ parentId: id, runId: 'run-1', caps: [{ limitMinor: '2000' }] });
    expect((await pay(child.vaultKey, 2_001)).status).toBe(429);
    expect((await pay(child.vaultKey, 2_000)).status).toBe(200);
    expect((await pay(child.vaultKey, 1)).status).toBe(429);
    // The parent's own cap has counted it.
    expect((await pay(vaultKey, 8_001)).status).toBe(429);
    expect((await pay(vaultKey, 8_000)).status).toBe(200);

    const wider = [
      { runId: 'run-2', allowedOperations: ['payouts:write'] },
      { runId: 'run-2', caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '10001' }] },
    ];
    for (const body of wider) {
      expect(await ask(vaultKey, 'children', body)).toMatchObject({
        status: 422,
        body: { error: { code: 'widening' } },
      });
    }
    expect(await ask(child.vaultKey, 'children', { runId: 'run-2' })).toMatchObject({ status: 422 });
    // Of a key that speaks for one run, every child does.
    expect(await mint(child.vaultKey, {})).toMatchObject({ runId: 'run-1', parentId: child.id });
    const keys = await system.admin<{ data: { id: string }[] }>('GET', `/v1/vault-keys?parentId=${id}`);
    expect(keys.data.map((one) => one.id)).toEqual([child.id]);
  });

  test('a stranger, a dead key and a wrong request: each is told what to do, and nothing is made', async () => {
    const { id, vaultKey } = await key();
    const stranger = await ask(`${vaultKey.slice(0, -3)}abc`, 'budget');
    expect(stranger).toMatchObject({ status: 401, body: { error: { code: 'key_invalid' } } });
    expect((await ask(vaultKey, 'nothing')).status).toBe(404);
    expect((await ask(vaultKey, 'budget', {})).status).toBe(405);
    expect((await ask(vaultKey, 'children', { runId: 'a b' })).status).toBe(422);
    expect((await ask(vaultKey, 'children', { runId: 'a', capz: [] })).status).toBe(422);
    const notJson = await ask(vaultKey, 'children', undefined, {
      method: 'POST',
      headers: { authorization: `Bearer ${vaultKey}` },
      body: 'runId=a',
    });
    expect(notJson).toMatchObject({ status: 422, body: { error: { code: 'invalid' } } });
    const keys = await system.admin<{ data: unknown[] }>('GET', `/v1/vault-keys?parentId=${id}`);
    expect(keys.data).toEqual([]);
    await system.admin('POST', `/v1/vault-keys/${id}/revoke`);
    for (const path of ['budget', 'operations', 'decisions/rsv_1']) {
      expect(await ask(vaultKey, path)).toEqual({ status: 401, body: stranger.body });
    }
    expect((await ask(vaultKey, 'children', { runId: 'a' })).status).toBe(401);
  });

  test('the run is the one that a call would be counted to, and refused where a call would be', async () => {
    const { vaultKey } = await key();
    const child = await mint(vaultKey, { runId: 'mine' });
    const named = (of: string, runId: string) =>
      ask(of, 'budget', undefined, { headers: { authorization: `Bearer ${of}`, 'keybrake-run-id': runId } });
    expect(await named(`${vaultKey}.suffix`, 'header')).toMatchObject({ status: 200, body: { runId: 'header' } });
    expect(await ask(child.vaultKey, 'budget')).toMatchObject({ status: 200, body: { runId: 'mine' } });
    expect(await named(child.vaultKey, 'other')).toMatchObject({
      status: 403,
      body: { error: { code: 'run_id_mismatch' } },
    });
    expect(await named(vaultKey, 'a b')).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
  });

  test('once the revoke of the parent has answered, no descendant launches another call, on any gateway (R7)', async () => {
    const parent = await key({ caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000000' }] });
    const children = await Promise.all(['a', 'b', 'c'].map((runId) => mint(parent.vaultKey, { runId })));
    const grandchildren = await Promise.all(children.map(({ vaultKey }) => mint(vaultKey, {})));
    const mark = randomUUID();
    let stopped = false;
    let calls = 0;
    const refused = new Set<number>();
    const agent = async ({ vaultKey }: IssuedKey, index: number) => {
      while (!stopped) {
        const url = system.gatewayUrls[(index + calls) % system.gatewayUrls.length] as string;
        const { status } = await pay(vaultKey, 50, { mark, url });
        calls += 1;
        if (status !== 200) refused.add(status);
        if (status === 401) return;
      }
    };
    const agents = [...children, ...grandchildren].map(agent);
    await expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThan(100);
    await system.admin('POST', `/v1/vault-keys/${parent.id}/revoke`);
    const answeredAtMs = Date.now();
    await Promise.all(agents);
    stopped = true;
    expect(refused).toEqual(new Set([401]));
    expect(await latestLaunchMs()).toBeLessThanOrEqual(answeredAtMs);
    const executed = executedMarkers(await system.witness('stripe'), mark).length;
    expect(executed).toBeGreaterThan(0);
    // Each agent ends with one refusal, and every other call of theirs was made.
    expect(executed).toBe(calls - agents.length);
  });

  /** By the clock of the admission store, which is this machine's. */
  async function latestLaunchMs(): Promise<number> {
    if (profile === 'postgres') {
      const [row] = await system.sql<{ at: string }>(
        'select max(launched_at_ms)::text as at from admission.reservations',
      );
      return Number(row?.at);
    }
    const redis = new Redis(system.redis.url);
    try {
      const reservations = await redis.keys('kb:{default}:r:*');
      const times = await Promise.all(reservations.map((name) => redis.hget(name, 'launchedAtMs')));
      return Math.max(...times.map(Number));
    } finally {
      redis.disconnect();
    }
  }
});

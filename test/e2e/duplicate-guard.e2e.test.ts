import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { type Answer, charge, executedMarkers } from '../harness/calls.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

interface DuplicateError {
  readonly code: string;
  readonly message: string;
  readonly reservation_id: string;
  readonly object_id: string | null;
}

const errorOf = ({ text }: Answer) => (JSON.parse(text) as { error: DuplicateError }).error;
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

describe.each(PROFILES)('careless agents: a new idempotency key for each attempt (%s)', (profile) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ profile, gateways: 2, env: { KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1500' } });
  });
  afterAll(async () => {
    await system.stop();
  });

  const guardedKey = (guard: Record<string, unknown> = {}): Promise<IssuedKey> =>
    system.issueKey({
      allowedOperations: ['charges:*'],
      capMinor: '100000',
      policy: { duplicateGuard: { mode: 'block', windowSeconds: 3_600, ...guard } },
    });

  /** Each attempt on the next gateway, as a load balancer would send it. */
  function agent({ vaultKey }: IssuedKey, mark = randomUUID()) {
    let attempts = 0;
    return {
      mark,
      charge: (runId?: string, description = mark): Promise<Answer> => {
        attempts += 1;
        const url = system.gatewayUrls[attempts % system.gatewayUrls.length] as string;
        const body = new URLSearchParams({ amount: '700', currency: 'usd', source: 'tok_visa', description });
        const run: Record<string, string> = runId === undefined ? {} : { 'keybrake-run-id': runId };
        return charge(url, vaultKey, body.toString(), randomUUID(), run);
      },
      executed: async () => executedMarkers(await system.witness('stripe'), mark).length,
    };
  }

  const auditOf = async (key: IssuedKey, query: string) => {
    await system.foldedUp();
    return (
      await system.admin<{ data: { id: string; decision: string; rule: string | null; message: string | null }[] }>(
        'GET',
        `/v1/audit?vaultKeyId=${key.id}&${query}`,
      )
    ).data;
  };

  test('a retry after a success that the agent did not see: refused with the charge that there is', async () => {
    const key = await guardedKey();
    const careless = agent(key);
    const first = await careless.charge();
    expect(first.status).toBe(200);
    await system.foldedUp();
    const again = await careless.charge();
    expect(again.status).toBe(409);
    expect(errorOf(again)).toMatchObject({
      code: 'duplicate_call',
      reservation_id: first.headers.get('keybrake-reservation-id'),
      object_id: (JSON.parse(first.text) as { id: string }).id,
    });
    expect(again.headers.get('stripe-should-retry')).toBe('false');
    expect(await careless.executed()).toBe(1);
    const denials = await auditOf(key, 'decision=denied');
    expect(denials.map(({ rule }) => rule)).toEqual(['duplicate_call']);
    // Not what the guard is for: another request.
    expect((await careless.charge(undefined, `${careless.mark} second`)).status).toBe(200);
  });

  test('a retry after an answer that was lost on the way: nothing is charged twice while the first is in doubt', async () => {
    const careless = agent(await guardedKey());
    await system.fault({
      provider: 'stripe',
      match: { marker: careless.mark },
      fault: { dropAfter: true },
    });
    const first = await careless.charge();
    expect(first.status).toBe(409);
    const retries = await Promise.all(Array.from({ length: 5 }, () => careless.charge()));
    expect(statuses(retries)).toEqual([409, 409, 409, 409, 409]);
    expect(new Set(retries.map((answer) => errorOf(answer).reservation_id))).toEqual(
      new Set([first.headers.get('keybrake-reservation-id')]),
    );
    expect(await careless.executed()).toBe(1);
  });

  test('a declined call may be made again', async () => {
    const careless = agent(await guardedKey());
    await system.fault({
      provider: 'stripe',
      match: { marker: careless.mark },
      fault: { failBefore: 429 },
    });
    expect((await careless.charge()).status).toBe(429);
    const again = await eventually(
      'the declined call to be released',
      () => careless.charge(),
      ({ status }) => status !== 409,
    );
    expect(again.status).toBe(200);
    expect(await careless.executed()).toBe(1);
  });

  test('two branches that each charge, 10 times over, at once on two gateways: one charge each time', async () => {
    const key = await guardedKey();
    for (let round = 0; round < 10; round += 1) {
      const branches = agent(key);
      expect(statuses(await Promise.all([branches.charge('run-1'), branches.charge('run-1')]))).toEqual([200, 409]);
      expect(await branches.executed()).toBe(1);
    }
  });

  test('agents that share one key and one job: eight at once charge once', async () => {
    const shared = agent(await guardedKey({ scope: 'key' }));
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => shared.charge(`run-${index}`)));
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
    expect(await shared.executed()).toBe(1);
  });

  test('scope run: the same charge in another run is another charge', async () => {
    const daily = agent(await guardedKey());
    expect((await daily.charge('monday')).status).toBe(200);
    expect((await daily.charge('tuesday')).status).toBe(200);
    expect((await daily.charge('tuesday')).status).toBe(409);
    expect(await daily.executed()).toBe(2);
  });

  test('a guard that warns: both are made, the second is marked for its caller and in the audit', async () => {
    const key = await guardedKey({ mode: 'warn' });
    const careless = agent(key);
    const first = await careless.charge();
    const second = await careless.charge();
    const firstId = first.headers.get('keybrake-reservation-id') as string;
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.get('keybrake-duplicate-of')).toBeNull();
    expect(second.headers.get('keybrake-duplicate-of')).toBe(firstId);
    expect(await careless.executed()).toBe(2);
    expect(await auditOf(key, 'rule=duplicate_call')).toMatchObject([
      {
        id: second.headers.get('keybrake-reservation-id'),
        decision: 'allowed',
        message: `the same request as ${firstId}`,
      },
    ]);
  });

  test('without a guard the same request is made as often as it is asked for', async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    const plain = agent(key);
    expect(statuses([await plain.charge(), await plain.charge()])).toEqual([200, 200]);
    expect(await plain.executed()).toBe(2);
  });

  if (profile !== 'distributed') return;

  test('a lost admission store has its duplicates back with its rebuild', async () => {
    const key = await guardedKey();
    const careless = agent(key);
    const first = await careless.charge();
    expect(first.status).toBe(200);
    await system.restartRedis();
    const again = await eventually(
      'calls to be admitted again',
      () => careless.charge(),
      ({ status }) => status !== 503,
      30_000,
    );
    expect(again.status).toBe(409);
    expect(errorOf(again).reservation_id).toBe(first.headers.get('keybrake-reservation-id'));
    expect(await careless.executed()).toBe(1);
  });
});

import type { FaultPoint } from '@keybrake/testing/faults';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { type ApprovalView, approvalKey, errorOf, timeIsOver, WaitingCharge } from '../harness/approvals.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

/** Where a gateway dies while it makes an approved call. */
const POINTS: readonly FaultPoint[] = [
  'after-reserve',
  'before-record',
  'after-record',
  'after-launch',
  'after-send',
  'after-record-outcome',
];

describe.each(PROFILES)('approvals while everything is restarted (%s)', { timeout: 120_000 }, (profile) => {
  let system: System;
  let key: IssuedKey;
  beforeAll(async () => {
    const env = { KEYBRAKE_HELD_MAX_AGE_MS: '1000', KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1500' };
    system = await startSystem({ profile, gateways: 2, ledgers: 2, env });
    key = await approvalKey(system, {
      caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '1000000' }],
    });
  });
  afterAll(async () => {
    await system.stop();
  });

  /** kill -9 of both gateways, both ledgers and the admin API; of Redis too where there is one. */
  const everythingDies = async () => {
    const stores = profile === 'distributed' ? [system.restartRedis()] : [];
    await Promise.all([
      ...stores,
      system.killGateway(0),
      system.killGateway(1),
      system.killLedgers(),
      system.killAdmin(),
    ]);
  };
  /** Until the admin API has said so, whatever dies meanwhile. */
  const decide = (id: string, word: 'approve' | 'deny') =>
    eventually(
      `approval ${id} to be decided`,
      () => system.admin<ApprovalView>('POST', `/v1/approvals/${id}/${word}`).catch(() => undefined),
      (answer) => answer !== undefined,
      60_000,
    );
  const balance = async () => {
    const [day] = await system.balances(key.id, 'enforced');
    return { held: (day?.heldMicros ?? 0n) / 10_000n, committed: (day?.committedMicros ?? 0n) / 10_000n };
  };
  const restsAt = (held: bigint, committed: bigint) =>
    eventually('the balance to rest', balance, (now) => now.held === held && now.committed === committed, 60_000);

  test.each([
    ['approve', 200, 1],
    ['deny', 403, 0],
  ] as const)(
    'asked, all killed, %s while all are killed, all killed: answered %i, executed %i times',
    async (word, status, times) => {
      const before = await balance();
      const waiting = new WaitingCharge(system, key);
      const { id } = await waiting.asked();
      await everythingDies();
      expect(errorOf(await waiting.settled())).toMatchObject({ code: 'approval_required', approval_id: id });
      expect((await balance()).held).toBe(before.held + 9_000n);
      await Promise.all([decide(id, word), everythingDies()]);
      await everythingDies();
      const answer = await waiting.settled();
      expect([answer.status, await waiting.executed()]).toEqual([status, times]);
      await everythingDies();
      expect((await waiting.settled()).status).toBe(status);
      expect(await waiting.executed()).toBe(times);
      await restsAt(before.held, before.committed + BigInt(times) * 9_000n);
      expect(await waiting.seen(id)).toMatchObject({ state: times === 1 ? 'used' : 'denied' });
    },
  );

  test('expired while everything is down: not executed, and the amount is free again', async () => {
    const before = await balance();
    const waiting = new WaitingCharge(system, key);
    const { id } = await waiting.asked();
    await decide(id, 'approve');
    await timeIsOver(system, id);
    await everythingDies();
    const told = await eventually(
      'the approval to expire',
      () => waiting.settled(),
      ({ status, text }) => status === 200 || text.includes('approval_expired'),
      60_000,
    );
    // In its last moment it may still have been used: then it was executed, once.
    const times = told.status === 200 ? 1 : 0;
    expect(await waiting.executed()).toBe(times);
    await restsAt(before.held, before.committed + BigInt(times) * 9_000n);
  });

  test('a request whose gateway dies before it waits is no request; the retry asks', async () => {
    const before = await balance();
    const waiting = new WaitingCharge(system, key);
    const faulty = await system.startFaultyGateway({ faults: { 'after-record': 'SIGKILL' } });
    await waiting.send(faulty.url).catch(() => undefined);
    await faulty.process.exited;
    const asked = await eventually(
      'the retry to ask',
      () => waiting.settled(),
      (answer) => answer.text.includes('approval_required'),
      30_000,
    );
    await decide((await waiting.seen(errorOf(asked).approval_id)).id, 'approve');
    expect((await waiting.settled()).status).toBe(200);
    expect(await waiting.executed()).toBe(1);
    await restsAt(before.held, before.committed + 9_000n);
  });

  test.each(POINTS)(
    'the gateway of the approved call dies %s: executed once by its retry, nobody is asked again',
    async (point) => {
      const before = await balance();
      const waiting = new WaitingCharge(system, key);
      const { id } = await waiting.asked();
      await decide(id, 'approve');
      const faulty = await system.startFaultyGateway({ faults: { [point]: 'SIGKILL' } });
      await waiting.send(faulty.url).catch(() => undefined);
      await faulty.process.exited;
      const answer = await waiting.settled();
      expect([point, answer.status, answer.text.includes('approval_required')]).toEqual([point, 200, false]);
      expect(await waiting.executed()).toBe(1);
      await restsAt(before.held, before.committed + 9_000n);
      await system.foldedUp();
      expect(await waiting.seen(id)).toMatchObject({ state: 'used' });
    },
  );
});

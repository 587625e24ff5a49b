import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { balancesAre } from '../harness/balances.ts';
import { call, executedMarkers, type ProviderCall, providerCalls } from '../harness/calls.ts';
import { sized } from '../harness/chaos.ts';
import { type CutCall, cutCalls, listed } from '../harness/cut-calls.ts';
import {
  callsOf,
  committedFor,
  endedAs,
  executionsOf,
  postsTo,
  reservedByOne,
  SETTLED_WITHIN_MS,
} from '../harness/lost-calls.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

// Short deadlines; the rules don't depend on their length.
const env = {
  KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1500',
  KEYBRAKE_HELD_MAX_AGE_MS: '1000',
  KEYBRAKE_RESOLVE_INTERVAL_MS: '200',
  KEYBRAKE_RESOLVE_SETTLE_DELAY_MS: '500',
  KEYBRAKE_RESOLVE_ATTEMPTS_MAX: '3',
  // Late prices are the matter of test/e2e/true-up.e2e.test.ts.
  KEYBRAKE_PRICE_DELAY_MS: '9999999',
};
const CALLS = sized(24, 200);

const [stripe, resend, twilio] = providerCalls as [ProviderCall, ProviderCall, ProviderCall];

let system: System;

const keyFor = (provider: ProviderCall) => system.issueKey({ ...provider.policy, capMinor: '100000000' });

describe.each(PROFILES)('%s', (profile) => {
  beforeAll(async () => {
    system = await startSystem({ profile, env });
  });
  afterAll(async () => {
    await system.stop();
  });

  test(`${CALLS} calls cut off after they were executed and ${CALLS} before: settled to the witness's truth or listed, none executed twice`, async () => {
    const share = (index: number) => Math.floor((CALLS + index) / providerCalls.length);
    const cut = await Promise.all(
      providerCalls.map(async (provider, index) => {
        const key = await keyFor(provider);
        const after = await cutCalls(system, provider, key, 'after', share(index));
        const before = await cutCalls(system, provider, key, 'before', share(index));
        return { provider, key, after, before };
      }),
    );
    for (const { provider, key, after, before } of cut) {
      expect([...after, ...before].map(({ answer }) => answer.status)).toEqual([...after, ...before].map(() => 409));
      const remaining = provider.resendable ? 0 : before.length;
      const executed = after.length + before.length - remaining;
      const left = await endedAs(system, key, executed, remaining);
      const keysLeft = new Set(left.map(({ idempotencyKey }) => idempotencyKey));
      expect(keysLeft).toEqual(new Set(provider.resendable ? [] : before.map((one) => one.idempotencyKey)));
      for (const { resolution } of left) expect(resolution?.reason).toContain('lists no message like it');

      expect(await executionsOf(system, provider, after)).toEqual(after.map(() => 1));
      expect(await executionsOf(system, provider, before)).toEqual(before.map(() => (provider.resendable ? 1 : 0)));
      const unit = await reservedByOne(system, key);
      await balancesAre(
        system,
        key,
        await committedFor(system, provider, unit, after, executed),
        unit * BigInt(remaining),
      );
    }
  }, 400_000);

  test('every look-up of a provider is a read in the log, under the vault key that it was for', async () => {
    // But for the messages that the test itself has read.
    const received = (await system.witness(undefined)).filter(
      ({ operation }) => operation.startsWith('GET') && !operation.endsWith('{Sid}.json'),
    );
    const recorded = await system.sql<{ provider: string; looks: bigint; keys: bigint }>(
      `select a.provider, count(*) as looks from ledger.audit_entries a join ledger.reservations r on r.reservation_id = a.id
        where a.message = 'looked up by the resolver for ' || (r.facts ->> 'resolves') and a.state = 'committed'
        group by a.provider order by a.provider`,
    );
    const perProvider = (id: string) => BigInt(received.filter(({ provider }) => provider === id).length);
    expect(recorded).toEqual(['stripe', 'twilio'].map((id) => ({ provider: id, looks: perProvider(id) })));
    expect(perProvider('stripe')).toBeGreaterThan(0n);
    expect(perProvider('resend')).toBe(0n);
    const requests = await system.sql<{ left: bigint }>(
      `select count(*) as left from ledger.reservations where sealed_request is not null and state <> 'open'`,
    );
    expect(requests).toEqual([{ left: 0n }]);
  });

  test('gateways killed after their launch, before and after the provider executed', async () => {
    const killedAt = async (provider: ProviderCall, key: IssuedKey, point: 'before-send' | 'after-send') => {
      const idempotencyKey = randomUUID();
      const gateway = await system.startFaultyGateway({ faults: { [point]: 'SIGKILL' } });
      await expect(call(gateway.url, provider, key.vaultKey, idempotencyKey)).rejects.toThrow();
      await gateway.process.exited;
      return provider.mark(idempotencyKey);
    };
    const killed = providerCalls.map(async (provider) => {
      const key = await keyFor(provider);
      const markers = [await killedAt(provider, key, 'before-send'), await killedAt(provider, key, 'after-send')];
      const left = await endedAs(system, key, provider.resendable ? 2 : 1, provider.resendable ? 0 : 1);
      const executed = executedMarkers(await system.witness(provider.id));
      const times = markers.map((marker) => executed.filter((one) => one === marker).length);
      expect([provider.id, ...times]).toEqual([provider.id, provider.resendable ? 1 : 0, 1]);
      const unit = await reservedByOne(system, key);
      const settled = markers.slice(provider.resendable ? 0 : 1).map((marker) => ({ marker }));
      const committed = await committedFor(system, provider, unit, settled, settled.length);
      await balancesAre(system, key, committed, unit * BigInt(left.length));
    });
    await Promise.all(killed);
  });

  test('a caller that comes back later gets the answer of what was sent again, the same bytes each time', async () => {
    const key = await keyFor(resend);
    const [cut] = (await cutCalls(system, resend, key, 'after', 1)) as [CutCall];
    await endedAs(system, key, 1, 0);
    const answers = [
      await call(system.gatewayUrl, resend, key.vaultKey, cut.idempotencyKey),
      await call(system.gatewayUrl, resend, key.vaultKey, cut.idempotencyKey),
    ];
    expect(answers.map(({ status, headers }) => [status, headers.get('idempotent-replayed')])).toEqual([
      [200, 'true'],
      [200, 'true'],
    ]);
    const [sent] = (await system.witness('resend')).filter(({ executed, marker }) => executed && marker === cut.marker);
    expect(answers.map(({ text }) => text)).toEqual([`{"id":"${sent?.objectId}"}`, `{"id":"${sent?.objectId}"}`]);
  });

  test('retries of the callers while the resolver is at work: one execution, one outcome', async () => {
    const key = await keyFor(stripe);
    const cut = [
      ...(await cutCalls(system, stripe, key, 'before', 8)),
      ...(await cutCalls(system, stripe, key, 'after', 8)),
    ];
    await Promise.all(
      cut.map(({ idempotencyKey }) =>
        eventually(
          'a final answer',
          () => call(system.gatewayUrl, stripe, key.vaultKey, idempotencyKey),
          ({ status, text }) => status === 200 || text.includes('response_not_kept'),
          SETTLED_WITHIN_MS,
        ),
      ),
    );
    expect(await executionsOf(system, stripe, cut)).toEqual(cut.map(() => 1));
    await endedAs(system, key, 16, 0);
    await balancesAre(system, key, 7_000_000n * 16n, 0n);
  });

  test('messages that look the same: only what can be told apart is settled, the rest is left to a person', async () => {
    const alike = (text: string) => ({ ...twilio, mark: () => text });
    const twoInDoubt = async () => {
      // One that was answered, and two in doubt of which one was executed.
      const same = `the same text ${randomUUID()}`;
      const key = await keyFor(twilio);
      expect((await call(system.gatewayUrl, alike(same), key.vaultKey)).status).toBe(201);
      await cutCalls(system, alike(same), key, 'after', 1);
      await cutCalls(system, alike(same), key, 'before', 1);
      const left = await endedAs(system, key, 1, 2);
      for (const { resolution } of left) expect(resolution?.reason).toMatch(/\S+ may have made it as well/);
      expect(executedMarkers(await system.witness('twilio'), same)).toHaveLength(2);
      const unit = await reservedByOne(system, key);
      await balancesAre(system, key, unit, 2n * unit);
    };
    const oneAnswered = async () => {
      const same = `twice the same ${randomUUID()}`;
      const key = await keyFor(twilio);
      expect((await call(system.gatewayUrl, alike(same), key.vaultKey)).status).toBe(201);
      await cutCalls(system, alike(same), key, 'before', 1);
      const [left] = await endedAs(system, key, 1, 1);
      expect(left?.resolution?.reason).toContain('made by other calls');
      const unit = await reservedByOne(system, key);
      await balancesAre(system, key, unit, unit);
    };
    await Promise.all([twoInDoubt(), oneAnswered()]);
  });

  describe('with the resolver away while calls are cut off', () => {
    const whileAway = async (work: () => Promise<void>) => {
      await Promise.all(system.ledgers.filter(({ running }) => running).map((ledger) => ledger.stop()));
      await work();
      await system.startLedger();
    };

    test('a key that was revoked meanwhile: nothing is sent again, evidence still settles', async () => {
      const parts = [
        { provider: stripe, key: await keyFor(stripe) },
        { provider: resend, key: await keyFor(resend) },
      ];
      const calls: CutCall[][] = [];
      const posts: number[] = [];
      await whileAway(async () => {
        for (const { provider, key } of parts) {
          calls.push([
            ...(await cutCalls(system, provider, key, 'after', 3)),
            ...(await cutCalls(system, provider, key, 'before', 3)),
          ]);
          await system.admin('POST', `/v1/vault-keys/${key.id}/revoke`);
          posts.push(await postsTo(system, provider));
        }
      });
      const ofStripe = await endedAs(system, parts[0]?.key as IssuedKey, 3, 3);
      const ofResend = await endedAs(system, parts[1]?.key as IssuedKey, 0, 6);
      for (const { resolution } of [...ofStripe, ...ofResend]) {
        expect(resolution?.reason).toContain('not sent again: its vault key is revoked');
      }
      expect(await Promise.all(parts.map(({ provider }) => postsTo(system, provider)))).toEqual(posts);
      expect(await executionsOf(system, stripe, calls[0] ?? [])).toEqual([1, 1, 1, 0, 0, 0]);
      await balancesAre(system, parts[0]?.key as IssuedKey, 21_000_000n, 21_000_000n);
      const byEvidence = await callsOf(system, parts[0]?.key as IssuedKey, 'committed');
      for (const { message } of byEvidence) expect(message).toMatch(/^resolved: stripe has ch_/);
    });

    // The launch is put back by hand, which only this store lets one do.
    if (profile === 'postgres') {
      test('a call whose window has closed, and one too large to keep, are not sent again', async () => {
        const key = await keyFor(resend);
        let late: CutCall[] = [];
        let posts = 0;
        await whileAway(async () => {
          late = await cutCalls(system, resend, key, 'before', 1);
          await system.sql(
            `update admission.reservations set launched_at_ms = launched_at_ms - 83000000
              where reservation_id = (select max(reservation_id) from admission.reservations where state = 'launched')`,
          );
          await cutCalls(system, { ...resend, mark: (name) => `${name} ${'x'.repeat(70_000)}` }, key, 'before', 1);
          posts = await postsTo(system, resend);
        });
        const left = await endedAs(system, key, 0, 2);
        const reasons = new Map(left.map(({ idempotencyKey, resolution }) => [idempotencyKey, resolution?.reason]));
        expect(reasons.get(late[0]?.idempotencyKey ?? '')).toContain(
          'the provider may have forgotten its idempotency key',
        );
        expect([...reasons.values()].filter((reason) => reason?.includes('too large to keep'))).toHaveLength(1);
        expect(await postsTo(system, resend)).toBe(posts);
      });
    }

    test('an operation that the policy does not allow any more is not sent again; a person still settles it', async () => {
      const policy = await system.admin<{ id: string }>('POST', '/v1/policies', {
        name: 'narrowed',
        ...resend.policy,
        caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000' }],
      });
      const key = await system.admin<IssuedKey>('POST', '/v1/vault-keys', { agentType: 'mail', policyId: policy.id });
      let posts = 0;
      await whileAway(async () => {
        await cutCalls(system, resend, key, 'before', 1);
        await system.admin('PUT', `/v1/policies/${policy.id}`, {
          name: 'narrowed',
          provider: 'resend',
          allowedOperations: ['emails:read'],
          caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000' }],
        });
        posts = await postsTo(system, resend);
      });
      const [left] = await endedAs(system, key, 0, 1);
      expect(left?.resolution?.reason).toContain('not in allowed_ops');
      expect(await postsTo(system, resend)).toBe(posts);
      const body = { outcome: 'not_executed', note: 'not in the list of emails' };
      await system.admin('POST', `/v1/reservations/${left?.id}/resolve`, body);
      await system.foldedUp();
      expect(await listed(system, key, 'in_doubt')).toEqual([]);
      expect(await listed(system, key, 'released')).toMatchObject([{ id: left?.id, state: 'released' }]);
    });
  });
});

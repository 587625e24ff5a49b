import { randomUUID } from 'node:crypto';
import { FAULT_POINTS, type FaultPoint } from '@keybrake/testing/faults';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { call, type ProviderCall, providerCalls } from '../harness/calls.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

// Short deadlines, so that the janitor and the doubt come within the test; the rules don't depend on their length.
const HELD_MAX_AGE_MS = 1_000;
const UPSTREAM_TIMEOUT_MS = 1_500;

const env = {
  KEYBRAKE_HELD_MAX_AGE_MS: String(HELD_MAX_AGE_MS),
  KEYBRAKE_UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
  // Here callers settle their calls by themselves; test/e2e/resolver.e2e.test.ts is about the others.
  KEYBRAKE_RESOLVE_INTERVAL_MS: '9999999',
};

let system: System;

// Up to the launch nothing was sent, whatever the store says; from the send on the provider has executed.
const NEVER_FORWARDED: readonly FaultPoint[] = [
  'before-reserve',
  'after-reserve',
  'before-record',
  'after-record',
  'before-launch',
  'after-launch',
  'before-send',
];
const LAUNCHED: readonly FaultPoint[] = ['after-launch', 'before-send', 'after-send', 'before-record-outcome'];

async function killedAt(
  point: FaultPoint,
  provider: ProviderCall,
  key: IssuedKey,
  idempotencyKey: string,
): Promise<void> {
  const gateway = await system.startFaultyGateway({ faults: { [point]: 'SIGKILL' } });
  const isAnswered = await call(gateway.url, provider, key.vaultKey, idempotencyKey).then(
    () => true,
    () => false,
  );
  // A commit of the whole hold is settled behind the answer, which may be out by then.
  if (point !== 'after-settle') expect(isAnswered).toBe(false);
  await gateway.process.exited;
}

async function executedBy(provider: ProviderCall, marker: string): Promise<number> {
  const entries = await system.witness(provider.id);
  return entries.filter((entry) => entry.executed && entry.marker === marker).length;
}

interface Balance {
  readonly committedMinor: string;
  readonly heldMinor: string;
}

async function settledBalance(
  key: IssuedKey,
  isRight: (balance: Balance | undefined) => boolean,
): Promise<Balance | undefined> {
  return eventually(
    'the balance to settle',
    async () => (await system.admin<{ data: Balance[] }>('GET', `/v1/balances?vaultKeyId=${key.id}`)).data[0],
    isRight,
    20_000,
  );
}

const inDoubt = async (key: IssuedKey) => {
  const { data } = await system.admin<{ data: { vaultKeyId: string }[] }>(
    'GET',
    '/v1/reservations?state=in_doubt&limit=100',
  );
  return data.filter((row) => row.vaultKeyId === key.id);
};

/** In flight or being swept: asked again like the SDKs do, until there is an answer that stands. */
async function retryUntilAnswered(provider: ProviderCall, key: IssuedKey, idempotencyKey: string) {
  return eventually(
    'an answer to the retry',
    () => call(system.gatewayUrl, provider, key.vaultKey, idempotencyKey),
    ({ status, text }) => status < 500 && !(status === 409 && !text.includes('outcome_unknown')),
    20_000,
  );
}

/** The store that enforces and the ledger that reports agree to the micro, and nothing is held for ever. */
async function enforcedEqualsFolded(key: IssuedKey): Promise<void> {
  await eventually(
    'both balances to agree',
    async () => [await system.balances(key.id, 'enforced'), await system.balances(key.id, 'folded')],
    ([enforced, folded]) => show(enforced) === show(folded),
  );
}

const show = (rows: unknown) =>
  JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

describe.each(PROFILES)('%s', (profile) => {
  beforeAll(async () => {
    system = await startSystem({ profile, env });
  });
  afterAll(async () => {
    await system.stop();
  });

  describe.each(providerCalls)('kill -9 of the gateway, $id', (provider) => {
    // Each has a gateway and a key of its own, and waits more than it works.
    test.concurrent.each(FAULT_POINTS)(
      '%s: at most one execution, the balance is what the witness says, no hold stays unlaunched',
      async (point) => {
        const key = await system.issueKey({ ...provider.policy, capMinor: '100000' });
        const idempotencyKey = randomUUID();
        const marker = provider.mark(idempotencyKey);
        await killedAt(point, provider, key, idempotencyKey);
        expect(await executedBy(provider, marker)).toBe(NEVER_FORWARDED.includes(point) ? 0 : 1);

        const launchedNoOutcome = LAUNCHED.includes(point);
        if (launchedNoOutcome)
          await eventually(
            'the call to be listed in doubt',
            () => inDoubt(key),
            (rows) => rows.length === 1,
          );

        // What an agent does next: the same call with the same key, on a gateway that lives.
        const retry = await retryUntilAnswered(provider, key, idempotencyKey);
        if (launchedNoOutcome && !provider.resendable) {
          expect(retry.status).toBe(409);
          expect(retry.text).toContain('outcome_unknown');
          expect(await executedBy(provider, marker)).toBe(NEVER_FORWARDED.includes(point) ? 0 : 1);
          expect(await inDoubt(key)).toHaveLength(1);
          return;
        }
        expect(retry.status).toBe(provider.successStatus);
        expect(await executedBy(provider, marker)).toBe(1);
        expect(await inDoubt(key)).toHaveLength(0);
        const balance = await settledBalance(key, (seen) => seen?.heldMinor === '0' && seen.committedMinor !== '0');
        expect(balance).toMatchObject({ committedMinor: provider.costMinor, heldMinor: '0' });
        await enforcedEqualsFolded(key);
      },
    );
  });

  test('after all of it: one record in the log for every request that a provider received, one audit entry for each call', async () => {
    const received = await system.witness(undefined);
    const recorded = await system.sql<{ launched: bigint }>(
      `select count(*) as launched from ledger.reservations r where r.facts is not null`,
    );
    expect(recorded[0]?.launched).toBeGreaterThanOrEqual(BigInt(received.filter(({ executed }) => executed).length));
    const unaudited = await system.sql(
      `select r.reservation_id from ledger.reservations r left join ledger.audit_entries a on a.id = r.reservation_id
      where r.facts is not null and a.id is null`,
    );
    expect(unaudited).toEqual([]);
    const held = await eventually(
      'no hold before launch to be left',
      () => system.heldReservations(),
      (count) => count === 0,
    );
    expect(held).toBe(0);
  });
});

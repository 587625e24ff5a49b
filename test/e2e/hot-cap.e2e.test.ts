import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { charge, chargesOf } from '../harness/calls.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const ROUNDS = 20;
const CLIENTS = 64;
const CALLS = 1_000;

let system: System;

/** Each client makes the next call as soon as its last one is answered, turning between the gateways. */
async function storm(vaultKey: string, amountMinor: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let left = CALLS;
  const client = async (index: number) => {
    while (left > 0) {
      left -= 1;
      const url = system.gatewayUrls[(index + left) % system.gatewayUrls.length] as string;
      const { status } = await charge(
        url,
        vaultKey,
        `amount=${amountMinor}&currency=usd&source=tok_visa`,
        randomUUID(),
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_none, index) => client(index)));
  return statuses;
}

describe.each(PROFILES)('%s', (profile) => {
  beforeAll(async () => {
    system = await startSystem({ profile, gateways: 2 });
  });
  afterAll(async () => {
    await system.stop();
  });

  test(`a cap of $100 under ${CALLS} calls of $1 by ${CLIENTS} clients on two gateways: exactly 100 executed, ${ROUNDS} times`, async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '10000' });
      const before = chargesOf(await system.witness('stripe'), 100).length;
      const statuses = await storm(key.vaultKey, 100);
      expect([round, Object.fromEntries(statuses)]).toEqual([round, { 200: 100, 429: 900 }]);
      expect(chargesOf(await system.witness('stripe'), 100).length - before).toBe(100);
      const balance = await eventually(
        'the ledger to fold the round',
        async () =>
          (
            await system.admin<{ data: { committedMinor: string; heldMinor: string }[] }>(
              'GET',
              `/v1/balances?vaultKeyId=${key.id}`,
            )
          ).data[0],
        (seen) => seen?.committedMinor === '10000' && seen.heldMinor === '0',
      );
      expect(balance).toMatchObject({ committedMinor: '10000', heldMinor: '0' });
    }
  }, 600_000);

  test('0 launches after the 200 of a revoke, in 100 trials under load', async () => {
    for (let trial = 1; trial <= 100; trial += 1) {
      const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000000' });
      let stop = false;
      const clients = Array.from({ length: 8 }, async (_none, index) => {
        const url = system.gatewayUrls[index % system.gatewayUrls.length] as string;
        while (!stop) await charge(url, key.vaultKey, 'amount=50&currency=usd&source=tok_visa', randomUUID());
      });
      // At another moment of the load in each trial.
      await charge(system.gatewayUrl, key.vaultKey, 'amount=50&currency=usd&source=tok_visa', randomUUID());
      await system.admin('POST', `/v1/vault-keys/${key.id}/revoke`);
      const answeredAtMs = Date.now();
      const after = await charge(
        system.gatewayUrl,
        key.vaultKey,
        'amount=50&currency=usd&source=tok_visa',
        randomUUID(),
      );
      stop = true;
      await Promise.all(clients);
      expect([trial, after.status]).toEqual([trial, 401]);
      // Launch times are of the store's clock, which is this machine's.
      const late = await system.sql<{ launched: bigint }>(
        `select count(*) as launched from admission.reservations r
        where r.holds -> 0 ->> 'counter' like 'key/' || $1::text || '/%' and r.launched_at_ms > $2::bigint`,
        [key.id, answeredAtMs],
      );
      expect([trial, late[0]?.launched]).toEqual([trial, 0n]);
    }
  }, 300_000);
});

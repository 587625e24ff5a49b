import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultPoint } from '@keybrake/testing/faults';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { charge, chargesOf } from '../harness/calls.ts';
import { countsOf, sized, storm } from '../harness/chaos.ts';
import { OwnPostgres } from '../harness/own-postgres.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import { System } from '../harness/system.ts';
import { dumpTopic } from '../harness/topic-dump.ts';

const HELD_MAX_AGE_MS = 1_000;
/** After the hold and before the launch: the janitor may take the hold away while its gateway stands still. */
const BEFORE_LAUNCH: readonly FaultPoint[] = ['after-reserve', 'before-record', 'after-record', 'before-launch'];

describe.each(PROFILES)('a gateway that stands still while the janitor runs (R3), %s', (profile) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ profile, env: { KEYBRAKE_HELD_MAX_AGE_MS: String(HELD_MAX_AGE_MS) } });
  });
  afterAll(async () => {
    await system.stop();
  });

  test.each(BEFORE_LAUNCH)('%s: what was released is never forwarded', async (point) => {
    const amountMinor = 5_000 + BEFORE_LAUNCH.indexOf(point);
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: String(amountMinor) });
    const gateway = await system.startFaultyGateway({ faults: { [point]: 'SIGSTOP' } });
    const form = `amount=${amountMinor}&currency=usd&source=tok_visa`;
    const calling = charge(gateway.url, key.vaultKey, form, randomUUID());
    await eventually(
      'the hold',
      () => system.heldReservations(),
      (held) => held === 1,
    );
    await eventually(
      'the janitor to release it',
      () => system.heldReservations(),
      (held) => held === 0,
    );
    // The whole cap is free again, and somebody else spends it.
    const other = await charge(system.gatewayUrl, key.vaultKey, form, randomUUID());
    expect(other.status).toBe(200);
    gateway.process.signal('SIGCONT');
    const { status } = await calling;
    expect(status).toBe(503);
    expect(chargesOf(await system.witness('stripe'), amountMinor)).toHaveLength(1);
    await gateway.process.stop();
  });
});

describe('a record that arrives after its store was lost and made anew', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ profile: 'distributed' });
  });
  afterAll(async () => {
    await system.stop();
  });

  test('the ledger voids it: nothing was forwarded, nothing stays held', async () => {
    const amountMinor = 7_700;
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: String(amountMinor) });
    const gateway = await system.startFaultyGateway({
      faults: { 'before-record': 'SIGSTOP', 'after-record': 'SIGKILL' },
    });
    const form = `amount=${amountMinor}&currency=usd&source=tok_visa`;
    const calling = charge(gateway.url, key.vaultKey, form, randomUUID()).catch(() => undefined);
    await eventually(
      'the hold',
      () => system.heldReservations(),
      (held) => held === 1,
    );
    await system.restartRedis();
    // A currency without a cap: refused, and asked of the store all the same.
    const refused = () => charge(system.gatewayUrl, key.vaultKey, form.replace('usd', 'eur'), randomUUID());
    await eventually('the rebuild', refused, ({ status }) => status === 403);
    gateway.process.signal('SIGCONT');
    await calling;
    const events = await dumpTopic(system);
    const fences = events.flatMap((event) => (event.type === 'IncarnationFenced' ? [event.incarnation] : []));
    const late = events.flatMap((event) =>
      event.type === 'SpendReserved' && event.call.vaultKeyId === key.id ? [event.incarnation] : [],
    );
    expect(late).toEqual([Math.max(...fences) - 1]);
    await system.foldedUp();
    const rows = await system.sql('select message from ledger.audit_entries where vault_key_id = $1 and state = $2', [
      key.id,
      'released',
    ]);
    expect(rows).toEqual([{ message: 'fenced' }]);
    const balances = await system.balances(key.id, 'folded');
    expect(balances.filter(({ heldMicros, committedMicros }) => heldMicros + committedMicros > 0n)).toEqual([]);
    // The whole cap is there.
    expect((await charge(system.gatewayUrl, key.vaultKey, form, randomUUID())).status).toBe(200);
    expect(chargesOf(await system.witness('stripe'), amountMinor)).toHaveLength(1);
  });
});

describe('PostgreSQL is away in the distributed profile', () => {
  let postgres: OwnPostgres;
  let system: System;
  beforeAll(async () => {
    postgres = await OwnPostgres.start();
    system = await System.start({
      postgresUrl: postgres.url,
      kafkaBrokers: inject('kafkaBrokers'),
      gateways: 2,
      ledgers: 2,
    });
  });
  afterAll(async () => {
    await system.stop();
    await postgres.remove();
  });

  test('calls of known keys go on, and the ledger catches up', { timeout: 300_000 }, async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000000' });
    const prefix = randomUUID().slice(0, 8);
    const common = { urls: system.gatewayUrls, vaultKey: key.vaultKey, clients: 4, amountMinor: 100 };
    await storm({ ...common, calls: 10, keyOf: (call) => `${prefix}-before-${call}` });
    await postgres.stop();
    const outageMs = sized(4_000, 60_000);
    const endsAtMs = Date.now() + outageMs;
    let during = 0;
    while (Date.now() < endsAtMs) {
      const round = during;
      const tally = await storm({ ...common, calls: 50, patienceMs: 0, keyOf: (call) => `${prefix}-${round}-${call}` });
      expect(countsOf(tally)).toEqual({ 200: 50 });
      during += 50;
      await wait(100);
    }
    await postgres.startAgain();
    await eventually(
      'the database',
      () =>
        system.foldedUp().then(
          () => true,
          () => false,
        ),
      (done) => done,
      60_000,
    );
    const dollars = BigInt(during + 10);
    expect(await system.balances(key.id, 'folded')).toMatchObject([
      { committedMicros: dollars * 1_000_000n, heldMicros: 0n },
    ]);
    expect(chargesOf(await system.witness('stripe'), 100)).toHaveLength(during + 10);
  });
});

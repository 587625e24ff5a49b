import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { AccountId } from '@keybrake/domain';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { charge } from '../harness/calls.ts';
import { sized } from '../harness/chaos.ts';
import { ledgerState } from '../harness/ledger-state.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { callEvents, TopicWriter } from '../harness/topic-writer.ts';

const CALLS = sized(2_000, 100_000);
const STOPPED_MS = sized(2_000, 60_000);

let system: System;
let topic: TopicWriter;
const start = async () => {
  system = await startSystem({ profile: 'distributed', ledgers: 2 });
  topic = new TopicWriter(system);
};
const stop = async () => {
  await topic.close();
  await system.stop();
};

describe('ledgers are killed, stopped and fed twice (R4, R5)', () => {
  beforeAll(start);
  afterAll(stop);

  test(`${2 * CALLS} events, one in ten of them twice: every one counts once`, { timeout: 600_000 }, async () => {
    const events = Array.from({ length: CALLS }, () => callEvents('default' as AccountId, 1_000n)).flat();
    const withCopies = events.flatMap((event, index) => (index % 10 === 0 ? [event, event] : [event]));
    const writing = topic.write(withCopies);
    const [first, second] = system.ledgers;
    await eventually(
      'the ledgers to have begun',
      () => foldedEvents(),
      (count) => count > CALLS / 10,
    );
    first?.signal('SIGKILL');
    await first?.exited;
    await system.startLedger();
    second?.signal('SIGSTOP');
    await wait(STOPPED_MS);
    second?.signal('SIGCONT');
    await writing;
    await system.foldedUp();
    expect(await foldedEvents()).toBe(2 * CALLS);
    const [balance] = await system.sql(
      'select sum(committed_micros) as committed, sum(held_micros) as held from ledger.balances',
    );
    expect(balance).toMatchObject({ committed: String(CALLS * 1_000), held: '0' });
  });

  test('everything that the ledger holds is the same when it is made anew from the topic alone', async () => {
    const before = await ledgerState(system);
    await Promise.all(system.ledgers.map((ledger) => ledger.stop()));
    const tables = await system.sql<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'ledger'`,
    );
    await system.sql(`truncate ${tables.map(({ name }) => name).join(', ')}`);
    await system.restartRedis();
    await system.startLedger();
    await system.foldedUp();
    expect(await ledgerState(system)).toEqual(before);
  });

  async function foldedEvents(): Promise<number> {
    const [row] = await system.sql<{ count: number }>(
      `select count(*)::integer as count from ledger.events where type <> 'IncarnationFenced'`,
    );
    return row?.count ?? 0;
  }
});

describe('what is not an event, and what is not there', () => {
  beforeAll(start);
  afterAll(stop);

  test('unreadable records become dead letters, the ledger goes on, and the account is frozen until a person thaws it', async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    const call = () => charge(system.gatewayUrl, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', randomUUID());
    expect((await call()).status).toBe(200);
    const bodies = [
      'no json',
      '{"schemaVersion":99}',
      `{"schemaVersion":1,"type":"Nothing"}`,
      'x'.repeat(900_000),
      '\u0000',
    ];
    await topic.writeRaw(bodies, 'default');
    const event = callEvents('default' as AccountId, 5n);
    await topic.write(event);
    await system.foldedUp();
    const letters = await system.sql<{ body: string }>('select body from ledger.dead_letters order by position');
    expect(letters.map(({ body }) => body)).toEqual(bodies.map((body) => body.replace('\u0000', '\u{fffd}')));
    const { data } = await system.admin<{ data: unknown[] }>('GET', '/v1/audit?limit=1');
    expect(data).toHaveLength(1);
    const frozen = await eventually('the account to be frozen', call, ({ status }) => status !== 200);
    expect([frozen.status, JSON.parse(frozen.text)]).toMatchObject([403, { error: { code: 'account_frozen' } }]);
    expect(await system.admin('GET', '/v1/account')).toMatchObject({
      frozen: expect.stringContaining('not a JSON object'),
    });
    await system.restartRedis();
    const after = await eventually('the rebuild', call, ({ status }) => status !== 503);
    expect(after.status).toBe(403);
    await system.admin('POST', '/v1/account/thaw', { reason: 'looked at them' });
    const thawed = await eventually('the account to be thawed', call, ({ status }) => status !== 403);
    expect(thawed.status).toBe(200);
  });

  test('a gap in the log ends the ledgers, loudly, and nothing behind it is folded', async () => {
    await Promise.all(system.ledgers.map((ledger) => ledger.stop()));
    const account = `gap${randomUUID().slice(0, 8)}` as AccountId;
    await topic.write(callEvents(account, 7n));
    await topic.deleteBefore(await system.logEnds());
    await topic.write(callEvents(account, 8n));
    const ledger = await system.startLedger().catch((error: Error) => error);
    // It may end before it was ready, and after.
    const said = () => (ledger instanceof Error ? ledger.message : ledger.output);
    await eventually('its last words', said, (text) =>
      /the database wants position \d+, but the topic begins at \d+/.test(text),
    );
    if (!(ledger instanceof Error)) expect(await ledger.exited).not.toBe(0);
    const rows = await system.sql('select 1 from ledger.reservations where account_id = $1', [account]);
    expect(rows).toEqual([]);
  });
});

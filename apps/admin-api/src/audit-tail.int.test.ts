import type { AccountId, RunId } from '@keybrake/domain';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';
import { committed, denied, FoldedLog, reserved } from './audit.fixture.js';

let api: AdminApiUnderTest;
let log: FoldedLog;

beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
  log = await FoldedLog.open(api.pool);
});
afterAll(async () => {
  await api.close();
});

interface Told {
  readonly position: number;
  readonly id: string;
  readonly state: string;
}

/** Reads server-sent events as a browser does, and keeps the last id. */
class Follower {
  readonly told: Told[] = [];
  readonly status: number;
  readonly ended: Promise<void>;
  lastId = '';
  readonly #hangUp: AbortController;

  private constructor(response: Response, hangUp: AbortController) {
    this.status = response.status;
    this.#hangUp = hangUp;
    this.ended = this.#read(response);
  }

  static async open(query = '', lastId?: string): Promise<Follower> {
    const hangUp = new AbortController();
    const headers = {
      authorization: `Bearer ${api.tokens.get('viewer')}`,
      ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
    };
    const follower = new Follower(
      await fetch(`${api.url}/v1/audit/tail${query}`, { headers, signal: hangUp.signal }),
      hangUp,
    );
    // The first place is told at once; from there on nothing is missed.
    if (follower.status === 200)
      await eventually(
        'the first place',
        () => follower.lastId,
        (id) => id !== '',
      );
    return follower;
  }

  until(count: number): Promise<unknown> {
    return eventually(
      `${count} entries`,
      () => this.told,
      (told) => told.length >= count,
    );
  }

  async hangUp(): Promise<void> {
    this.#hangUp.abort();
    await this.ended;
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) this.#take(event);
      }
    } catch {
      // hung up
    }
  }

  #take(event: string): void {
    const fields = new Map(
      event.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    this.lastId = fields.get('id') ?? this.lastId;
    if (fields.get('event') !== 'entry') return;
    const { id, state } = JSON.parse(fields.get('data') ?? '') as { id: string; state: string };
    this.told.push({ position: Number(this.lastId), id, state });
  }
}

const shown = ({ told }: Follower) => told.map(({ id, state }) => [id, state]);

test('entries come as they are made and again when they change, in the order of the log', async () => {
  const tail = await Follower.open();
  const [first, second] = [reserved(), reserved()];
  const refused = denied({}, 'cap_exceeded', 'no room');
  await log.fold(first, second);
  await tail.until(2);
  await log.fold(refused, committed(second));
  await tail.until(4);
  expect(shown(tail)).toEqual([
    [first.reservationId, 'open'],
    [second.reservationId, 'open'],
    [refused.callId, 'denied'],
    [second.reservationId, 'committed'],
  ]);
  await tail.hangUp();
});

test('a tail that broke goes on behind the last id: nothing is missed, nothing told twice', async () => {
  const before = await Follower.open();
  const calls = Array.from({ length: 40 }, () => reserved());
  const events = calls.flatMap((call) => [call, committed(call)]).toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1));
  await before.hangUp();
  const seen: Told[] = [];
  let lastId = before.lastId;
  let folded = 0;
  while (folded < events.length) {
    const chunk = events.slice(folded, folded + 1 + (folded % 7));
    folded += chunk.length;
    // Half of the chunks are folded while nobody follows.
    if (folded % 2 === 0) await log.fold(...chunk);
    const tail = await Follower.open('', lastId);
    if (folded % 2 === 1) await log.fold(...chunk);
    await tail.until(1);
    await tail.hangUp();
    seen.push(...tail.told);
    lastId = tail.lastId;
  }
  const rest = await Follower.open('', lastId);
  await eventually(
    'the end',
    () => Number(rest.lastId),
    (id) => id - Number(before.lastId) >= events.length,
  );
  await rest.hangUp();
  seen.push(...rest.told);
  const positions = seen.map(({ position }) => position);
  expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
  const last = new Map(seen.map(({ id, state }) => [id, state]));
  expect([...last]).toHaveLength(calls.length);
  expect(new Set(last.values())).toEqual(new Set(['committed']));
});

test('a ledger that folds but has not ended its transaction holds back what comes behind it', async () => {
  const tail = await Follower.open('?runId=held');
  const slow = await api.pool.connect();
  const mine = reserved({ call: { runId: 'held' as RunId } });
  try {
    await slow.query('begin');
    await slow.query('select 1 from ledger.partition_positions where partition = 0 for update');
    await expect(log.fold(mine)).rejects.toThrow('folded undefined of 1');
    // Another account's events, in another partition at a higher position, are not this account's to wait for or to see.
    const other = await FoldedLog.open(api.pool, 1);
    await other.fold(
      reserved({ accountId: 'other' as AccountId, vaultKeyId: 'other', call: { runId: 'held' as RunId } }),
    );
    expect(tail.told).toEqual([]);
  } finally {
    await slow.query('rollback');
    slow.release();
  }
  await log.fold(mine);
  await tail.until(1);
  expect(shown(tail)).toEqual([[mine.reservationId, 'open']]);
  await tail.hangUp();
});

test('a filter passes over the others, and the place moves on with them', async () => {
  const tail = await Follower.open('?agentType=wanted&state=committed');
  const start = Number(tail.lastId);
  const call = reserved({ call: { agentType: 'wanted' } });
  await log.fold(reserved(), call, reserved());
  await eventually(
    'the place to move',
    () => Number(tail.lastId),
    (id) => id === start + 3,
  );
  expect(tail.told).toEqual([]);
  await log.fold(committed(call));
  await tail.until(1);
  expect(shown(tail)).toEqual([[call.reservationId, 'committed']]);
  await tail.hangUp();
});

test('what is no id of an event is refused', async () => {
  for (const lastId of ['abc', '-2', '1.5', '9'.repeat(19)]) expect((await Follower.open('', lastId)).status).toBe(400);
});

test('more than fifty at a time are told to wait; when the process stops, all of them end at once', async () => {
  const tails = await Promise.all(Array.from({ length: 50 }, () => Follower.open()));
  expect((await Follower.open()).status).toBe(429);
  await tails.pop()?.hangUp();
  const one = await eventually(
    'a place to be free',
    () => Follower.open(),
    ({ status }) => status === 200,
  );
  const startedAtMs = performance.now();
  api.stopTails();
  await Promise.all([...tails, one].map(({ ended }) => ended));
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  expect(api.pool.totalCount - api.pool.idleCount).toBe(0);
});

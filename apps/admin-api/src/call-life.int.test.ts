import type { SpendReserved } from '@keybrake/domain';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { z } from 'zod';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';
import { FoldedLog } from './audit.fixture.js';
import { committed, denied, priceLook, replayed, reserved, truedUp } from './call-life.fixture.js';
import { callLifeAnswer } from './schemas/call-life.js';
import { runAnswer, runsAnswer, seriesAnswer, usageAnswer } from './schemas/usage.js';

const NOON = Date.parse('2026-11-24T12:00:00Z');
const DAY_MS = 86_400_000;

let api: AdminApiUnderTest;
let ids: { vaultKeyId: string; policyId: string };
let first: SpendReserved;
let look: SpendReserved;
let second: SpendReserved;
let replay: ReturnType<typeof replayed>;
let denial: ReturnType<typeof denied>;

async function send(path: string, body?: object): Promise<{ status: number; json: unknown }> {
  const headers = { authorization: `Bearer ${api.tokens.get('admin')}`, 'content-type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${api.url}${path}`, { headers, ...init });
  return { status: response.status, json: await response.json() };
}

/** The answer as its schema has it, to the last field. */
async function read<T extends z.ZodType>(path: string, answer: T): Promise<z.infer<T>> {
  const { status, json } = await send(path);
  expect([path, status]).toEqual([path, 200]);
  return answer.parse(json);
}

const idOf = async (path: string, body: object) => ((await send(path, body)).json as { id: string }).id;

beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
  const cap = { scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000' };
  const policy = { name: 'charges', provider: 'stripe', allowedOperations: ['charges:*'], caps: [cap] };
  const policyId = await idOf('/v1/policies', { ...policy, requestsPerMonth: 100 });
  const key = { agentType: 'billing', policyId, credentialId: 'cred_demostripe', label: 'the billing agent' };
  const vaultKeyId = await idOf('/v1/vault-keys', key);
  ids = { policyId, vaultKeyId };
  first = reserved({ ...ids, atMs: NOON, runId: 'run-1' });
  look = priceLook(first);
  second = reserved({ ...ids, atMs: NOON + DAY_MS, runId: 'run-2', cents: 500n });
  replay = replayed(first, NOON + 1_000);
  denial = denied(first, NOON + 2_000);
  const log = await FoldedLog.open(api.pool);
  await log.fold(look, first, committed(first, 900n));
  await log.fold(replay, denial, truedUp(first, 850n), second);
});
afterAll(async () => {
  await api.close();
});

describe("one call's life", () => {
  test('steps with the balances around them, phases, names, links and relations', async () => {
    const life = await read(`/v1/audit/${first.reservationId}`, callLifeAnswer);
    expect(life).toMatchObject({ policyName: 'charges', keyLabel: 'the billing agent', entry: { finalMinor: '850' } });
    const told = life.steps.map(({ type, sinceStartMs, amountMinor, balances: [balance] }) => [
      ...[type, sinceStartMs, amountMinor],
      ...[balance?.committedBeforeMinor, balance?.heldBeforeMinor],
      ...[balance?.committedAfterMinor, balance?.heldAfterMinor],
    ]);
    expect(told).toEqual([
      ['reserved', 0, '1000', '0', '0', '0', '1000'],
      ['launched', 4, null, undefined, undefined, undefined, undefined],
      ['committed', 250, '900', '0', '1000', '900', '0'],
      ['trued_up', 60_000, '850', '900', '0', '850', '0'],
    ]);
    expect(life.steps[0]?.balances[0]).toMatchObject({
      ...{ scope: 'key', scopeId: ids.vaultKeyId, window: 'day', windowId: '2026-11-24', limitMinor: '10000' },
    });
    expect(life.phases).toEqual([
      { name: 'parse', ms: 0.25 },
      { name: 'reserve', ms: 1.5 },
      { name: 'record', ms: 2 },
      { name: 'launch', ms: 0.75 },
      { name: 'forward', ms: 240.125 },
    ]);
    expect(life.reservation).toEqual({ state: 'committed', launchedAt: '2026-11-24T12:00:00.004Z', resolution: null });
    const verified = (await send(`/v1/audit/verify?vaultKeyId=${ids.vaultKeyId}`)).json;
    expect(verified).toMatchObject({ valid: true });
    expect(life.chain.map(({ sequence }) => sequence)).toEqual(['2', '3', '6']);
    expect(life.related.map(({ id, relation, decision }) => [id, relation, decision])).toEqual([
      [look.reservationId, 'look_up', 'allowed'],
      [replay.callId, 'replay', 'replayed'],
    ]);
  });

  test('an open call has been reserved and nothing more', async () => {
    const life = await read(`/v1/audit/${second.reservationId}`, callLifeAnswer);
    expect(life.steps).toMatchObject([
      { type: 'reserved', balances: [{ heldBeforeMinor: '0', heldAfterMinor: '500' }] },
    ]);
    expect(life).toMatchObject({ phases: [], reservation: { state: 'open', launchedAt: null } });
  });

  test('a denial and a replay are one step, with how long they took; a look-up names its call', async () => {
    const refused = await read(`/v1/audit/${denial.callId}`, callLifeAnswer);
    expect(refused).toMatchObject({ reservation: null, related: [] });
    expect(refused.steps).toMatchObject([
      { type: 'denied', sinceStartMs: 3, detail: 'daily cap exceeded', balances: [] },
    ]);
    const again = await read(`/v1/audit/${replay.callId}`, callLifeAnswer);
    expect(again.steps).toMatchObject([{ type: 'replayed', sinceStartMs: 2 }]);
    expect(again.related).toMatchObject([{ id: first.reservationId, relation: 'original' }]);
    const looked = await read(`/v1/audit/${look.reservationId}`, callLifeAnswer);
    expect(looked.related).toMatchObject([{ id: first.reservationId, relation: 'looked_up_for' }]);
  });

  test.each(['/v1/audit/nobody', '/v1/runs/nobody'])('%s is not there', async (path) => {
    expect((await send(path)).status).toBe(404);
  });
});

describe('sums', () => {
  test.each([
    ['agentType', 'billing'],
    ['provider', 'stripe'],
  ])('spend by day and %s', async (by, group) => {
    const { data } = await read(`/v1/spend/series?from=2026-11-20&to=2026-11-30&by=${by}`, seriesAnswer);
    const nothing = { calls: 0, denials: 0, replays: 0, committedMinor: '0', heldMinor: '0' };
    expect(data).toEqual([
      { ...nothing, day: '2026-11-24', group, currency: null },
      {
        ...nothing,
        day: '2026-11-24',
        group,
        currency: 'usd',
        committedMinor: '850',
        calls: 1,
        denials: 1,
        replays: 1,
      },
      { ...nothing, day: '2026-11-25', group, currency: 'usd', heldMinor: '500', calls: 1 },
    ]);
  });

  test('by run and currency; days are both included, and bounded', async () => {
    const series = (query: string) => read(`/v1/spend/series?by=runId&currency=usd&${query}`, seriesAnswer);
    const { data } = await series('from=2026-11-24&to=2026-11-25');
    expect(data.map(({ day, group, calls }) => [day, group, calls])).toEqual([
      ['2026-11-24', 'run-1', 1],
      ['2026-11-25', 'run-2', 1],
    ]);
    expect((await series('from=2026-11-25&to=2026-11-25')).data).toHaveLength(1);
    for (const range of ['from=2026-11-25&to=2026-11-24', 'from=2026-01-01&to=2026-11-24']) {
      expect(await send(`/v1/spend/series?${range}`)).toMatchObject({
        status: 422,
        json: { errors: [{ pointer: '/from' }] },
      });
    }
  });

  test("the day's spend counts replays and look-ups among the calls, as before", async () => {
    const { data } = (await send('/v1/spend?date=2026-11-24')).json as { data: object[] };
    expect(data).toMatchObject([
      { agentType: 'billing', currency: 'usd', committedMinor: '850', calls: 3, denials: 1 },
    ]);
  });

  test("a month's calls and what quotas have used", async () => {
    const usage = await read('/v1/usage?month=2026-11', usageAnswer);
    expect(usage).toMatchObject({ month: '2026-11', calls: 2, denials: 1, replays: 1 });
    expect(usage.byDay).toEqual([
      { day: '2026-11-24', calls: 1, denials: 1, replays: 1 },
      { day: '2026-11-25', calls: 1, denials: 0, replays: 0 },
    ]);
    const quota = { policyId: ids.policyId, policyName: 'charges', vaultKeyId: ids.vaultKeyId, scope: 'key' };
    expect(usage.quotas).toEqual([{ ...quota, requestsPerMonth: 100, used: 2, resetsAt: '2026-12-01T00:00:00.000Z' }]);
    const earlier = await read('/v1/usage?month=2026-10', usageAnswer);
    expect(earlier).toMatchObject({ calls: 0, byDay: [], quotas: [{ used: 0, resetsAt: '2026-11-01T00:00:00.000Z' }] });
  });
});

describe('runs', () => {
  test('newest activity first, found by a part of the id or the agent type, paged', async () => {
    const list = async (query: string) => (await read(`/v1/runs?${query}`, runsAnswer)).data.map(({ runId }) => runId);
    expect(await list('')).toEqual(['run-2', 'run-1']);
    expect(await list('search=RUN-1')).toEqual(['run-1']);
    expect(await list('agentType=refunds')).toEqual([]);
    const page = await read('/v1/runs?limit=1', runsAnswer);
    expect(await list(`limit=1&cursor=${page.nextCursor}`)).toEqual(['run-1']);
  });

  test("a run's story, oldest first, with what it came to", async () => {
    const { run, data, nextCursor } = await read('/v1/runs/run-1?limit=3', runAnswer);
    expect(run).toEqual({
      ...{ runId: 'run-1', agentTypes: ['billing'], providers: ['stripe'], calls: 1, denials: 1, replays: 1 },
      ...{ firstAt: '2026-11-24T12:00:00.000Z', lastAt: '2026-11-24T12:00:02.000Z' },
      spend: [{ currency: 'usd', committedMinor: '850', heldMinor: '0' }],
    });
    expect(data.map(({ id }) => id)).toEqual([look.reservationId, first.reservationId, replay.callId]);
    const rest = await read(`/v1/runs/run-1?limit=3&cursor=${nextCursor}`, runAnswer);
    expect(rest).toMatchObject({ data: [{ id: denial.callId, decision: 'denied' }], nextCursor: null });
  });
});

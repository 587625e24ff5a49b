import type { AccountId, Currency, PolicyId, RunId } from '@keybrake/domain';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
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

interface Page {
  readonly data: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

function get(query: string): Promise<Response> {
  return fetch(`${api.url}/v1/audit${query}`, { headers: { authorization: `Bearer ${api.tokens.get('viewer')}` } });
}

async function search(query: string): Promise<Page> {
  const response = await get(query);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

const idsOf = ({ data }: Page) => data.map(({ id }) => id);

describe('search', () => {
  const atMs = Date.parse('2026-11-20T10:00:00Z');
  const charge = reserved({
    vaultKeyId: 'search1',
    atMs,
    amountMicros: 25_000_000n,
    call: {
      agentType: 'billing',
      runId: 'run-a' as RunId,
      policyId: 'pol_a' as PolicyId,
      policyVersion: 3,
      idempotencyKey: 'order-1',
    },
  });
  const open = reserved({
    vaultKeyId: 'search2',
    atMs: atMs + 1_000,
    amountMicros: 7_000_000n,
    call: { agentType: 'refunds', operation: 'refunds:write', endpoint: 'POST /v1/refunds' },
  });
  const refused = denied(
    {
      vaultKeyId: 'search2',
      atMs: atMs + 2_000,
      call: { agentType: 'refunds', provider: 'twilio', amount: undefined },
    },
    'cap_exceeded',
    'Daily cap exceeded: 100% is used_up',
  );
  const yen = reserved({
    vaultKeyId: 'search1',
    atMs: atMs + 3_000,
    call: { amount: { currency: 'jpy' as Currency, micros: 500_000_000n } },
  });
  const stranger = reserved({ accountId: 'other' as AccountId, vaultKeyId: 'stranger', atMs });

  beforeAll(async () => {
    await log.fold(charge, open, refused, yen, committed(charge, 201), stranger);
  });

  const cases: [string, () => readonly string[]][] = [
    ['', () => [yen.reservationId, refused.callId, open.reservationId, charge.reservationId]],
    ['vaultKeyId=search1', () => [yen.reservationId, charge.reservationId]],
    ['agentType=refunds', () => [refused.callId, open.reservationId]],
    ['runId=run-a', () => [charge.reservationId]],
    ['provider=twilio', () => [refused.callId]],
    ['operation=refunds:write', () => [open.reservationId]],
    [`endpoint=${encodeURIComponent('POST /v1/refunds')}`, () => [open.reservationId]],
    ['decision=denied', () => [refused.callId]],
    ['rule=cap_exceeded', () => [refused.callId]],
    ['state=open', () => [yen.reservationId, open.reservationId]],
    ['state=committed&policyId=pol_a', () => [charge.reservationId]],
    ['policyId=pol_a&policyVersion=3', () => [charge.reservationId]],
    ['policyId=pol_a&policyVersion=4', () => []],
    ['idempotencyKey=order-1', () => [charge.reservationId]],
    [`upstreamRequestId=req_${charge.reservationId}`, () => [charge.reservationId]],
    ['upstreamStatus=201', () => [charge.reservationId]],
    ['currency=jpy', () => [yen.reservationId]],
    ['currency=usd&amountFromMinor=701', () => [charge.reservationId]],
    ['currency=usd&amountToMinor=700', () => [open.reservationId]],
    ['currency=usd&amountFromMinor=700&amountToMinor=2500', () => [open.reservationId, charge.reservationId]],
    ['message=DAILY%20cap', () => [refused.callId]],
    ['message=100%25%20is%20used_', () => [refused.callId]],
    ['message=100x', () => []],
    ['message=cap&decision=allowed', () => []],
    [`id=${open.reservationId}`, () => [open.reservationId]],
    [`id=${stranger.reservationId}`, () => []],
    ['vaultKeyId=stranger', () => []],
    ['decision=denied&state=committed', () => []],
    ['from=2026-11-20T10:00:01Z&to=2026-11-20T10:00:03Z', () => [refused.callId, open.reservationId]],
    ['from=2026-11-20T10:00:01Z&to=2026-11-20T10:00:03Z&agentType=billing', () => []],
  ];

  test.each(cases)('%s', async (query, expected) => {
    expect(idsOf(await search(`?${query}`))).toEqual(expected());
  });

  test('pages are walked to their end, with and without a filter', async () => {
    for (const filter of ['', '&agentType=refunds', '&message=cap', '&runId=run-1']) {
      const seen: unknown[] = [];
      let cursor = '';
      do {
        const page: Page = await search(`?limit=1${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`);
        seen.push(...idsOf(page));
        cursor = page.nextCursor ?? '';
      } while (cursor !== '');
      expect(seen).toEqual(idsOf(await search(`?limit=100${filter}`)));
    }
  });

  test.each([
    ['amountFromMinor=1', 'currency'],
    ['currency=zzz', 'currency'],
    ['upstreamStatus=ok', 'upstreamStatus'],
    ['state=gone', 'state'],
    ['colour=red', 'colour'],
    ['message=%00', 'U+0000'],
    ['currency=jpy&amountFromMinor=1000000000000', 'amountFromMinor'],
    ['amountFromMinor=1.5&currency=usd', 'amountFromMinor'],
  ])('%s is refused and named', async (query, member) => {
    const response = await get(`?${query}`);
    expect(response.status).toBe(422);
    expect(JSON.stringify(await response.json())).toContain(member);
  });
});

import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';
import { FoldedLog, reserved } from './audit.fixture.js';

// More entries than a search looks through one by one, and more matches than it sorts at once.
const OLD = 3_500;
const NEWER = 5_100;
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-25T12:00:00Z');

let api: AdminApiUnderTest;

beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
  const log = await FoldedLog.open(api.pool);
  const call = reserved({ atMs: NOW_MS - 40 * DAY_MS, amountMicros: 50_000n });
  await log.fold(call);
  const copies = `
    insert into ledger.audit_entries
    select (json_populate_record(a, json_build_object('id', $2::text || lpad(n::text, 5, '0'), 'agent_type', $2::text,
              'started_at_ms', $3::bigint + n * $4::bigint, 'reserved_micros', $5::bigint + n * 10000))).*
      from ledger.audit_entries a, generate_series(1, $6::integer) n where a.id = $1::text`;
  await api.pool.query(copies, [call.reservationId, 'old', NOW_MS - 12 * DAY_MS, 100_000, 0, OLD]);
  await api.pool.query(copies, [call.reservationId, 'newer', NOW_MS - 2 * DAY_MS, 1_000, 1_000_000_000, NEWER]);
});
afterAll(async () => {
  await api.close();
});

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

async function search(query: string): Promise<Page> {
  const headers = { authorization: `Bearer ${api.tokens.get('viewer')}` };
  const response = await fetch(`${api.url}/v1/audit?limit=100&${query}`, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

async function allOf(query: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  for (;;) {
    const { data, nextCursor } = await search(`${query}${cursor}`);
    ids.push(...data.map(({ id }) => id));
    if (nextCursor === null) return ids;
    cursor = `&cursor=${nextCursor}`;
  }
}

const named = (name: string, from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => `${name}${String(from - index).padStart(5, '0')}`);

test('values that many older entries have, and none of late: newest first, each once', async () => {
  expect(await allOf('agentType=old')).toEqual(named('old', OLD, 1));
});

test('a range of amounts that few entries have, and one that many have', async () => {
  expect(await allOf('currency=usd&amountFromMinor=11&amountToMinor=20&agentType=old')).toEqual(named('old', 20, 11));
  const many = await search('currency=usd&amountFromMinor=1&amountToMinor=3500');
  expect(many.data.map(({ id }) => id)).toEqual(named('old', OLD, OLD - 99));
  expect(many.nextCursor).not.toBeNull();
});

test('values that never meet', async () => {
  expect(await search('agentType=old&decision=denied')).toEqual({ data: [], nextCursor: null });
});

import type { RunId } from '@keybrake/domain';
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

const get = (path: string) =>
  fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${api.tokens.get('viewer')}` } });

/** The fields of RFC 4180 text without quoted ones. */
const plainLines = (text: string) => text.split('\r\n').slice(0, -1);

test('an account without entries is exported as nothing, and as a header', async () => {
  expect(await (await get('/v1/audit/export')).text()).toBe('');
  const csv = await get('/v1/audit/export?format=csv');
  expect(csv.headers.get('content-type')).toContain('text/csv');
  const lines = plainLines(await csv.text());
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^startedAt,endedAt,id,vaultKeyId,.*,latencyMs$/);
});

test('NDJSON holds what the list shows, filtered alike', async () => {
  const calls = Array.from({ length: 30 }, () => reserved({ vaultKeyId: 'exported' }));
  await log.fold(...calls, ...calls.slice(0, 10).map((call) => committed(call)));
  for (const filter of ['vaultKeyId=exported', 'state=committed', 'runId=run-1&state=open', 'message=none']) {
    const list = (await (await get(`/v1/audit?limit=100&${filter}`)).json()) as { data: unknown[] };
    const lines = (await (await get(`/v1/audit/export?${filter}`)).text()).split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(list.data);
  }
});

test("CSV quotes as RFC 4180 says and disarms what a spreadsheet would calculate, also in an agent's own texts", async () => {
  const texts = [
    '=HYPERLINK("http://evil")',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tx',
    '\rx',
    'a "b", c',
    'two\r\nlines',
    'plain',
  ];
  const calls = texts.map((text, index) =>
    denied({ atMs: 1_000 - index, call: { runId: 'csv' as RunId, idempotencyKey: text } }, 'cap_exceeded', text),
  );
  await log.fold(...calls);
  const csv = await (await get('/v1/audit/export?format=csv&runId=csv')).text();
  const shown = [
    `"'=HYPERLINK(""http://evil"")"`,
    `'+1`,
    `'-1`,
    `'@SUM(A1)`,
    `'\tx`,
    `"'\rx"`,
    '"a ""b"", c"',
    '"two\r\nlines"',
    'plain',
  ];
  const rows = shown.map((text) => `denied,cap_exceeded,${text},pol_1,1,${text},usd,1000,`);
  const found = rows.map((row) => csv.indexOf(row));
  expect([csv, found]).toEqual([csv, found.toSorted((a, b) => a - b)]);
  expect([csv, found]).toEqual([csv, found.filter((at) => at > 0)]);
});

/** 20 MB of entries: far more than the buffers between server and client take. */
async function fillUp(): Promise<void> {
  await log.fold(reserved({ vaultKeyId: 'large', call: { runId: 'large' as RunId } }));
  await api.pool.query(
    `insert into ledger.audit_entries
     select (json_populate_record(a, json_build_object('id', 'large' || n, 'message', repeat('m', 4000)))).*
       from ledger.audit_entries a, generate_series(1, 5000) n where a.vault_key_id = 'large'`,
  );
}

test('clients that hang up end their export; more than four at a time are told to wait', async () => {
  await fillUp();
  const running = await Promise.all(Array.from({ length: 4 }, () => get('/v1/audit/export')));
  expect(running.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const fifth = await get('/v1/audit/export?format=csv');
  expect(fifth.status).toBe(429);
  expect(fifth.headers.get('retry-after')).toBe('5');
  expect(await fifth.json()).toMatchObject({ code: 'too_many_streams' });
  await Promise.all(running.map(({ body }) => body?.cancel()));
  const again = await eventually(
    'a slot to be free',
    () => get('/v1/audit/export?vaultKeyId=large'),
    ({ status }) => status === 200,
  );
  expect((await again.text()).split('\n')).toHaveLength(5_002);
  expect(api.pool.totalCount - api.pool.idleCount).toBe(0);
});

test('an error in the middle breaks the connection: a cut export never looks whole', async () => {
  const whole = await get('/v1/audit/export?format=csv');
  const reader = whole.body?.getReader();
  await reader?.read();
  await api.pool.query('alter table ledger.audit_entries rename to gone');
  const rest = async () => {
    while (!(await reader?.read())?.done);
  };
  await expect(rest()).rejects.toThrow();
  expect((await get('/v1/audit/export')).status).toBe(500);
  await api.pool.query('alter table ledger.gone rename to audit_entries');
});

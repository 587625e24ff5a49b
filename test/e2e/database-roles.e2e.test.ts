import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { migrate } from '@keybrake/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grant, makeRoles, onDatabase, type Role, type RoleUrls } from '../harness/database-roles.ts';
import { OwnPostgres } from '../harness/own-postgres.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const job = `${root}apps/ledger/dist/main.migrate.js`;

/** With the rights of a distributed installation, whether or not there is a row that it would touch. */
const REFUSED: Readonly<Record<Exclude<Role, 'migrations'>, readonly string[]>> = {
  gateway: [
    `insert into governance.policies values ('a', 'p', 'stripe', 1, 0)`,
    `update governance.policies set current_version = 1`,
    `insert into governance.policy_versions values ('a', 'p', 2, '{}', 0)`,
    `update governance.vault_keys set revoked_at_ms = null`,
    `delete from governance.vault_keys`,
    `update governance.credentials set current_version = 1`,
    `insert into governance.credential_versions values ('a', 'c', 2, '', '', 0)`,
    `insert into governance.account_keys values ('a', 2, '', '', 0)`,
    `select * from governance.api_tokens`,
    `select * from governance.sessions`,
    `select * from governance.governance_outbox`,
    `select * from governance.idempotent_responses`,
    `update ledger.balances set held_micros = 0`,
    `select * from ledger.balances`,
    `insert into ledger.events select * from ledger.events`,
    `update ledger.audit_entries set decision = 'allowed'`,
    `delete from ledger.audit_links`,
    `update ledger.reservations set state = 'released'`,
    `delete from ledger.frozen_accounts`,
    `select * from audit.checkpoints`,
    `select * from alerts.webhooks`,
    `update approvals.approvals set state = 'approved'`,
    `select * from admission.balances`,
    `update event_log.topics set partitions = 1`,
    `insert into event_log.records values (0, 0, 'e', '')`,
  ],
  ledger: [
    `insert into governance.policy_versions values ('a', 'p', 2, '{}', 0)`,
    `update governance.policies set current_version = 1`,
    `insert into governance.vault_keys select * from governance.vault_keys`,
    `update governance.vault_keys set revoked_at_ms = null`,
    `insert into governance.credential_versions values ('a', 'c', 2, '', '', 0)`,
    `insert into governance.governance_outbox (note_id) values ('n')`,
    `update governance.outbox_relay set relay = 'x'`,
    `select * from governance.api_tokens`,
    `select * from governance.sessions`,
    `update ledger.audit_links set hash = ''`,
    `delete from ledger.audit_entries`,
    `delete from ledger.events`,
    `update ledger.balance_changes set held_micros = 0`,
    `delete from ledger.frozen_accounts`,
    `update audit.checkpoints set hash = ''`,
    `truncate audit.checkpoints`,
    `delete from audit.checkpoint_heads`,
    `update alerts.alerts set summary = ''`,
    `update alerts.webhooks set url = ''`,
    `select * from admission.balances`,
  ],
  admin_api: [
    `update governance.policy_versions set document = '{}'`,
    `delete from governance.policies`,
    `update governance.policies set provider = 'x'`,
    `update governance.vault_keys set policy_id = 'p'`,
    `update governance.vault_keys set secret_hash = ''`,
    `update governance.api_tokens set role = 'admin'`,
    `update governance.credential_versions set sealed = ''`,
    `delete from governance.governance_outbox`,
    `update governance.outbox_relay set position = 9`,
    `update ledger.balances set committed_micros = 0`,
    `insert into ledger.frozen_accounts values ('a', '')`,
    `update ledger.audit_entries set decision = 'allowed'`,
    `update ledger.reservations set state = 'released'`,
    `insert into audit.checkpoints values ('a', 'd', 0, 0, '', '', 0)`,
    `insert into approvals.approvals select * from approvals.approvals`,
    `delete from approvals.approvals`,
    `update alerts.deliveries set state = 'delivered'`,
  ],
  grafana: [
    `select * from governance.vault_keys`,
    `select * from governance.credential_versions`,
    `select idempotency_key from ledger.audit_entries`,
    `select upstream_request_id from ledger.audit_entries`,
    `select sealed_response from ledger.idempotency_records`,
    `select facts from ledger.reservations`,
    `select sealed_secrets from alerts.webhooks`,
    `select body from event_log.records`,
    `insert into ledger.partition_positions values (9, 0)`,
  ],
};

/** Of nobody but the owner. */
const OWNERS = [
  `alter table audit.checkpoints disable trigger checkpoints_immutable`,
  `alter table governance.policy_versions disable trigger all`,
  `drop trigger records_append_only on event_log.records`,
  `create or replace function governance.refuse_change() returns trigger language plpgsql as $$ begin return new; end $$`,
  `create or replace function admission.now_ms() returns bigint language sql as $$ select 0::bigint $$`,
  `update admission.functions_digest set digest = null`,
  `delete from keybrake_migrations`,
  `create table public.mine (x integer)`,
  `create temporary table mine (x integer)`,
  `create schema mine`,
  `set session_replication_role = replica`,
  `set role keybrake_migrations`,
];

let server: OwnPostgres;
let url: string;
let roles: RoleUrls;

beforeAll(async () => {
  server = await OwnPostgres.start();
  await onDatabase(server.url, (client) => client.query('create database installed'));
  url = Object.assign(new URL(server.url), { pathname: '/installed' }).href;
  roles = await makeRoles(url);
  await run(process.execPath, [job], { env: { PATH: process.env.PATH ?? '', DATABASE_URL: roles.migrations } });
  await grant(roles, 'distributed');
});
afterAll(() => server?.remove());

const refusalOf = async (role: Role, statement: string): Promise<string> =>
  onDatabase(roles[role], async (client) => {
    await client.query('begin');
    return client.query(statement).then(
      () => 'nothing',
      (error: { code?: string; message: string }) => (error.code === '42501' ? 'refused' : error.message),
    );
  });

test('an empty database is filled by the migrations’ role, which then owns all of it', async () => {
  const { rows } = await onDatabase(url, (client) =>
    client.query(
      `select distinct pg_get_userbyid(c.relowner) as owner from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('governance', 'admission', 'event_log', 'ledger', 'audit', 'alerts', 'approvals')`,
    ),
  );
  expect(rows).toEqual([{ owner: 'keybrake_migrations' }]);
});

describe.each(['gateway', 'ledger', 'admin_api', 'grafana'] as const)('%s is refused', (role) => {
  test.each(REFUSED[role])('%s', async (statement) => {
    expect(await refusalOf(role, statement)).toBe('refused');
  });
  test('what is the owner’s alone', async () => {
    const refusals = await Promise.all(OWNERS.map(async (statement) => [statement, await refusalOf(role, statement)]));
    expect(refusals).toEqual(OWNERS.map((statement) => [statement, 'refused']));
  });
});

test('Grafana runs each of its SQL panels', async () => {
  const folder = `${root}deploy/grafana/dashboards/`;
  const texts = readdirSync(folder).map((name) => readFileSync(`${folder}${name}`, 'utf8'));
  const panels = texts.flatMap((text) => [...text.matchAll(/"rawSql": ("(?:[^"\\]|\\.)*")/g)]);
  expect(panels).toHaveLength(3);
  await onDatabase(roles.grafana, async (client) => {
    for (const [, sql = ''] of panels) await client.query(JSON.parse(sql) as string);
  });
});

test('an app starts with nothing to migrate, and says what to do where there is something', async () => {
  const apps = [roles.gateway, roles.ledger, roles.admin_api];
  for (const one of apps) expect(await migrate(one)).toEqual([]);
  const told = /schema is not that of this build.*main\.migrate\.js with the role that owns it/;
  await onDatabase(url, (client) => client.query(`update admission.functions_digest set digest = 'another'`));
  for (const one of apps) await expect(migrate(one)).rejects.toThrow(told);
  expect(await migrate(roles.migrations)).toEqual([]);
  for (const one of apps) expect(await migrate(one)).toEqual([]);
  await onDatabase(server.url, (client) => client.query('create database empty'));
  const empty = Object.assign(new URL(roles.gateway), { pathname: '/empty' }).href;
  await expect(migrate(empty)).rejects.toThrow(told);
});

test('months are made by the owner’s job; the ledger may write to them through their table only', async () => {
  const retention = (role: Role) => {
    const secret = randomBytes(32).toString('base64');
    const env = { DATABASE_URL: roles[role], KEYBRAKE_PEPPER: secret, KEYBRAKE_KEK: secret };
    return run(process.execPath, [`${root}apps/ledger/dist/main.retention.js`], { env });
  };
  const months = () =>
    onDatabase(url, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'ledger.events'::regclass order by 1`,
      );
      return rows.map(({ name }) => name);
    });
  expect(await months()).toEqual(['ledger.events_first', 'ledger.events_rest']);
  await expect(retention('ledger')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('run this with the role of the migrations'),
  });
  expect(JSON.parse((await retention('migrations')).stdout.trim())).toMatchObject({ dropped: [] });
  const made = await months();
  expect(made).toHaveLength(5);
  const insert = (table: string) => `insert into ${table} values ('e', 'a', 's', 't', 0, 0, ${Date.now()})`;
  expect(await refusalOf('ledger', insert('ledger.events'))).toBe('nothing');
  for (const month of made) {
    expect(await refusalOf('ledger', insert(month))).toBe('refused');
    expect(await refusalOf('ledger', `delete from ${month}`)).toBe('refused');
  }
});

test('a table of a later release can be used before its grants have run, where the app mostly works', async () => {
  const schemas = ['ledger', 'governance', 'alerts', 'approvals', 'audit'];
  await onDatabase(roles.migrations, async (client) => {
    for (const schema of schemas) await client.query(`create table ${schema}.later (x integer)`);
  });
  const may = async (role: Role, statement: string) => (await refusalOf(role, statement)) === 'nothing';
  // Months are made in this schema all the time.
  expect(await may('ledger', 'select * from ledger.later')).toBe(false);
  expect(await may('ledger', 'insert into audit.later values (1)')).toBe(true);
  expect(await may('ledger', 'delete from audit.later')).toBe(false);
  expect(await may('ledger', 'select * from governance.later')).toBe(false);
  expect(await may('admin_api', 'delete from governance.later')).toBe(true);
  expect(await may('admin_api', 'select * from ledger.later')).toBe(false);
  expect(await may('admin_api', 'delete from ledger.later')).toBe(false);
  for (const role of ['ledger', 'admin_api'] as const) {
    for (const schema of ['alerts', 'approvals'])
      expect(await may(role, `update ${schema}.later set x = 1`)).toBe(true);
  }
  for (const schema of schemas) expect(await may('gateway', `select * from ${schema}.later`)).toBe(false);
  for (const schema of schemas) expect(await may('grafana', `select * from ${schema}.later`)).toBe(false);
});

test('roles and grants can be run again, and take back what was given beside them', async () => {
  await onDatabase(url, (client) => client.query('grant delete on ledger.events to keybrake_gateway'));
  expect(await refusalOf('gateway', 'delete from ledger.events')).toBe('nothing');
  roles = await makeRoles(url);
  await grant(roles, 'distributed');
  expect(await refusalOf('gateway', 'delete from ledger.events')).toBe('refused');
  expect(await migrate(roles.gateway)).toEqual([]);
});

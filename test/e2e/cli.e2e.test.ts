import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { charge, failureOf, type ProviderCall, providerCalls, stripeClient } from '../harness/calls.ts';
import { Cli } from '../harness/cli.ts';
import { cutCalls, listed } from '../harness/cut-calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;
let cli: Cli;

beforeAll(async () => {
  // Nothing is sent again: what is in doubt stays so until a person says.
  const patience = { KEYBRAKE_HELD_MAX_AGE_MS: '500', KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1000' };
  system = await startSystem({
    env: { ...patience, KEYBRAKE_RESOLVE_ATTEMPTS_MAX: '1', KEYBRAKE_RESOLVE_INTERVAL_MS: '200' },
  });
  cli = await Cli.open();
});
afterAll(async () => {
  await cli?.remove();
  await system.stop();
});

/** Environment of somebody with a token of this role. */
async function signedInAs(role: string): Promise<Record<string, string>> {
  const { token } = await system.admin<{ token: string }>('POST', '/v1/tokens', { name: `a ${role}`, role });
  return { KEYBRAKE_URL: system.adminUrl, KEYBRAKE_TOKEN: token };
}

const write = (name: string, value: unknown) =>
  writeFile(join(cli.folder, name), typeof value === 'string' ? value : JSON.stringify(value));

const billing = (limitMinor: string, more: object = {}) => ({
  name: 'billing',
  provider: 'stripe',
  allowedOperations: ['charges:*'],
  caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor }],
  ...more,
});

interface Applied {
  readonly dryRun: boolean;
  readonly data: readonly { action: string; id: string | null; version: number; changes: readonly object[] }[];
}

test('before init: what to do, and the codes of wrong usage', async () => {
  const none = await cli.run(['policy', 'list']);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('run keybrake init, or set KEYBRAKE_URL');
  expect((await cli.run(['policy', 'lost'])).code).toBe(2);
  expect((await cli.run(['key', 'issue'])).stderr).toContain('Missing required arguments: policy, agent-type');
  const env = { KEYBRAKE_URL: system.adminUrl };
  expect((await cli.run(['spend'], { env })).code).toBe(4);
  const wrong = await cli.run(['spend'], { env: { ...env, KEYBRAKE_TOKEN: 'kbt_wrong' } });
  expect(wrong).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('not_signed_in') });
  const away = await cli.run(['spend'], { env: { KEYBRAKE_URL: 'http://127.0.0.1:9', KEYBRAKE_TOKEN: 'kbt_x' } });
  expect(away).toMatchObject({ code: 3, stderr: expect.stringContaining('not reached') });
});

test('init takes what npm start left; the token is its owner’s alone and goes to its own server only', async () => {
  await mkdir(join(cli.folder, '.keybrake'));
  const demo = { adminUrl: system.adminUrl, adminToken: system.adminToken, gatewayUrl: system.gatewayUrl };
  await write('.keybrake/demo.json', demo);
  const { code, stdout, stderr } = await cli.run(['init']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(cli.folder, 'config/keybrake/cli.json')}\n` });
  expect(stderr).toContain('account default');
  expect(stdout + stderr).not.toContain(system.adminToken);
  const tokenFile = join(cli.folder, 'config/keybrake/token');
  expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
  expect((await readFile(tokenFile, 'utf8')).trim()).toBe(system.adminToken);
  const elsewhere = await cli.run(['policy', 'list', '--url', 'http://127.0.0.1:9']);
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('is for http://127.0.0.1') });
  const other = await Cli.open();
  const args = ['init', '--url', system.adminUrl, '--token-file', '-'];
  expect((await other.run(args, { input: `${system.adminToken}\n` })).code).toBe(0);
  const { gatewayUrl } = await system.admin<{ gatewayUrl: string }>('GET', '/v1/installation');
  const kept = JSON.parse(await readFile(join(other.folder, 'config/keybrake/cli.json'), 'utf8'));
  expect(kept).toEqual({ url: system.adminUrl, gatewayUrl, tokenFile: 'token' });
  expect((await other.run(['spend'])).code).toBe(0);
  const refused = await other.run(args, { input: 'kbt_wrong' });
  expect(refused).toMatchObject({ code: 4, stdout: '' });
  await other.remove();
});

test('a policy from a file: made, shown as it would change, revised, left alone; by hand and for scripts', async () => {
  await write('billing.json', billing('10000'));
  const dry = await cli.run(['policy', 'apply', '-f', 'billing.json', '--dry-run']);
  expect(dry.code).toBe(0);
  expect(dry.stdout).toMatch(/^billing \(stripe\) {2}would be created, version 1\n {2}\+ \/name {2}"billing"\n/);
  expect(await cli.run(['policy', 'show', 'billing'])).toMatchObject({ code: 1, stdout: '' });

  const made = await cli.json<Applied>(['policy', 'apply', '-f', 'billing.json']);
  expect(made).toMatchObject({ dryRun: false, data: [{ action: 'created', version: 1 }] });
  const id = made.data[0]?.id ?? '';
  const again = await cli.run(['policy', 'apply', '-f', 'billing.json']);
  expect(again.stdout).toBe(`billing (stripe)  ${id}  unchanged\n`);

  const yaml = [
    'name: billing',
    'provider: stripe',
    "allowedOperations: ['charges:*']",
    'caps:',
    "  - { scope: key, window: day, currency: usd, limitMinor: '20000' }",
  ];
  await write('billing.yaml', yaml.join('\n'));
  const revised = await cli.run(['policy', 'apply', '-f', 'billing.yaml']);
  const change = '  ~ /caps/0/limitMinor  "10000" → "20000"\n';
  expect(revised.stdout).toBe(`billing (stripe)  ${id}  revised, version 2\n${change}`);
  expect((await cli.run(['policy', 'diff', 'billing'])).stdout).toBe(change);
  expect(await cli.json(['policy', 'diff', id])).toEqual({
    from: 1,
    to: 2,
    changes: [{ path: '/caps/0/limitMinor', before: '10000', after: '20000' }],
  });
  const table = (await cli.run(['policy', 'list'])).stdout.split('\n');
  expect(table[0]).toMatch(/^ID +NAME +PROVIDER +VERSION +CHANGED \(UTC\) +CAPS$/);
  expect(table.find((line) => line.startsWith(id))).toMatch(
    new RegExp(`^${id} +billing +stripe +2 +[\\d: -]+ +200\\.00 USD a day per key$`),
  );
  expect(await cli.json(['policy', 'show', 'billing', '--version', '1'])).toMatchObject({ version: 1 });
});

test('a policy that was changed meanwhile is a conflict, before the diff and after it', async () => {
  const shown = await cli.json<{ id: string; version: number }>(['policy', 'show', 'billing']);
  const change = (limitMinor: string) => system.admin('PUT', `/v1/policies/${shown.id}`, billing(limitMinor));
  await write('edited.json', { ...shown, allowedOperations: ['charges:*', 'refunds:*'] });
  await change('30000');
  const stale = await cli.run(['policy', 'apply', '-f', 'edited.json']);
  expect(stale).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('is at version 3 now') });

  // Somebody else is quicker between what the client has read and what it sends.
  const between = await proxyTo(system.adminUrl, async (method) => {
    if (method === 'PUT') await change('40000');
  });
  const env = { KEYBRAKE_URL: between.url, KEYBRAKE_TOKEN: system.adminToken };
  await write('late.json', billing('50000'));
  const late = await cli.run(['policy', 'apply', '-f', 'late.json'], { env });
  between.server.close();
  expect(late).toMatchObject({ code: 5, stderr: expect.stringContaining('was revised meanwhile') });
  expect(await cli.json(['policy', 'show', 'billing'])).toMatchObject({ version: 4, caps: [{ limitMinor: '40000' }] });
});

test('a folder is applied as one plan; mistakes are named with their place, and nothing is sent', async () => {
  await mkdir(join(cli.folder, 'policies'));
  await write('policies/mail.yaml', 'name: mail\nprovider: resend\nallowedOperations: ["emails:write"]\n');
  await write('policies/sms.json', { name: 'sms', provider: 'twilio', allowedOperations: [], capz: [] });
  await write('policies/torn.yaml', 'name: [');
  const wrong = await cli.run(['policy', 'apply', '-f', 'policies']);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('policies/sms.json  /capz is not a field of a policy');
  expect(wrong.stderr).toMatch(/policies\/torn\.yaml:1:\d+ {2}/);
  await write('policies/sms.json', {
    name: 'sms',
    provider: 'twilio',
    allowedOperations: ['messages:write'],
    caps: [{ scope: 'key' }],
  });
  await write('policies/torn.yaml', '{ name: text, provider: stripe, allowedOperations: ["charges:*"] }');
  const refused = await cli.run(['policy', 'apply', '-f', 'policies']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('/caps/0/limitMinor');
  // The first of the folder was made before the second was refused, and is told.
  expect(refused.stdout).toMatch(/^mail \(resend\) {2}\S+ {2}created, version 1\n/);
});

test('a key is issued, used, found and revoked: a call afterwards is 401', async () => {
  const { stdout, stderr } = await cli.run(['key', 'issue', '-p', 'billing', '-a', 'billing', '-q']);
  expect(stdout).toMatch(/^vk_\S+\n$/);
  expect(stderr).toBe('');
  const issued = await cli.json<IssuedKey>(['key', 'issue', '-p', 'billing', '-a', 'billing', '--label', 'by hand']);
  const stripe = stripeClient(system, issued);
  const wish = { amount: 700, currency: 'usd', source: 'tok_visa' };
  expect((await stripe.charges.create(wish)).amount).toBe(700);
  const found = await cli.run(['key', 'list', '--search', 'by hand', '--state', 'live']);
  expect(found.stdout.split('\n')).toHaveLength(3);
  expect(found.stdout).toContain(issued.id);
  expect(found.stdout).not.toContain(issued.vaultKey);

  const asked = await cli.run(['key', 'revoke', issued.id]);
  expect(asked).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('give --yes') });
  const both = await cli.run(['key', 'revoke', 'vk-that-is-not-there', issued.id, '--yes']);
  expect(both.code).toBe(1);
  expect(both.stdout).toMatch(new RegExp(`^${issued.id} revoked, in force after [\\d.]+ ms\\n$`));
  expect(await failureOf(stripe.charges.create(wish))).toMatchObject({ statusCode: 401 });
  const env = await signedInAs('viewer');
  expect(await cli.run(['key', 'revoke', issued.id, '-y'], { env })).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('role operator'),
  });
});

test('spend and audit: tables for people, the API’s answers for scripts', async () => {
  const key = await cli.json<IssuedKey>(['key', 'issue', '-p', 'billing', '-a', 'watched']);
  await charge(system.gatewayUrl, key.vaultKey, 'amount=1234&currency=usd&source=tok_visa', randomUUID());
  await charge(system.gatewayUrl, key.vaultKey, 'amount=99999999&currency=usd&source=tok_visa', randomUUID());
  await system.foldedUp();
  const spend = await cli.run(['spend']);
  expect(spend.stdout).toMatch(/^AGENT TYPE +COMMITTED +HELD +CAP +USED +CALLS +DENIALS\n/);
  expect(spend.stdout).toMatch(/\nwatched +12\.34 USD +0\.00 USD/);
  const byProvider = await cli.run(['spend', '--by', 'agentType', '--currency', 'usd']);
  expect(byProvider.stdout).toMatch(/\n\d{4}-\d\d-\d\d +watched +12\.34 USD +0\.00 USD +1 +\d+\n/);
  expect((await cli.run(['spend', '--by', 'provider', '--date', '2026-11-25'])).code).toBe(2);
  const denied = await cli.json<{ data: { rule: string }[] }>([
    'audit',
    'search',
    '-k',
    key.id,
    '--decision',
    'denied',
  ]);
  expect(denied.data).toHaveLength(1);
  const page = await cli.run(['audit', 'search', '--from', '1h', '--limit', '1']);
  expect(page.stdout.split('\n')).toHaveLength(3);
  expect(page.stderr).toMatch(/^There is more: --cursor \S+\n$/);
  const unknown = await cli.run(['audit', 'search', '--where', 'nonsense=1']);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('nonsense') });
});

test('nothing that others wrote reaches the terminal as a command', async () => {
  const key = await cli.json<IssuedKey>(['key', 'issue', '-p', 'billing', '-a', 'hostile']);
  const evil = '\u001b]0;owned\u0007\u009b2J\u202e\r\nline';
  await system.sql('update governance.vault_keys set label = $1::text where key_id = $2::text', [evil, key.id]);
  const table = await cli.run(['key', 'list', '-a', 'hostile']);
  expect(table.stdout).toContain('\\x1b]0;owned\\x07\\x9b2J\\u202e\\x0d\\x0aline');
  const json = await cli.run(['key', 'list', '-a', 'hostile', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ data: [{ label: evil }] });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(table.stdout + json.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('a tampered audit is found', async () => {
  const key = await cli.json<IssuedKey>(['key', 'issue', '-p', 'billing', '-a', 'audited']);
  for (let call = 0; call < 3; call += 1) {
    await charge(system.gatewayUrl, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', randomUUID());
  }
  await system.foldedUp();
  const whole = await cli.run(['audit', 'verify', '--key', key.id]);
  expect(whole).toMatchObject({ code: 0, stdout: `${key.id}: 6 links, all as they were written\n` });
  const [entry] = await system.sql<{ id: string }>('select id from ledger.audit_entries where vault_key_id = $1', [
    key.id,
  ]);
  await system.sql('update ledger.audit_entries set committed_micros = 1 where id = $1', [entry?.id]);
  const edited = await cli.run(['audit', 'verify', '--key', key.id]);
  expect(edited.code).toBe(1);
  expect(edited.stdout).toContain(`the entry was edited, entry ${entry?.id}`);
});

test('a call in doubt is listed and resolved', async () => {
  const twilio = providerCalls[2] as ProviderCall;
  const key = await system.issueKey({ ...twilio.policy, capMinor: '100000' });
  await cutCalls(system, twilio, key, 'before', 1);
  const [doubt] = await eventually(
    'the call to be in doubt',
    () => listed(system, key, 'in_doubt'),
    (found) => found.length === 1,
  );
  const id = doubt?.id ?? '';
  expect((await cli.run(['in-doubt', 'list'])).stdout).toMatch(new RegExp(`\\n${id} .* twilio `));
  const args = ['in-doubt', 'resolve', id, '--outcome', 'not_executed', '--note', 'not in the console'];
  expect((await cli.run(args)).code).toBe(2);
  expect(await cli.run([...args, '--yes'])).toMatchObject({ code: 0, stdout: `${id} resolved: not executed\n` });
  await system.foldedUp();
  expect((await cli.json<{ data: unknown[] }>(['in-doubt', 'list'])).data).toEqual([]);
  expect((await cli.run([...args, '--yes'])).code).toBe(5);
});

/** In front of the admin API; `before` runs before a request goes on. */
async function proxyTo(
  target: string,
  before: (method: string) => Promise<void>,
): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const method = request.method ?? 'GET';
    await before(method);
    const { authorization = '', 'content-type': type = '', 'if-match': ifMatch } = request.headers;
    const headers = {
      authorization,
      ...(type !== '' && { 'content-type': type }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    };
    const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
    const answer = await fetch(`${target}${request.url}`, { method, headers, ...body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

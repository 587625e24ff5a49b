import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { charge } from '../harness/calls.ts';
import { BIN, Cli } from '../harness/cli.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

interface Told {
  readonly isError: boolean;
  readonly value: Record<string, unknown>;
}

let system: System;
let cli: Cli;
const clients: Client[] = [];
beforeAll(async () => {
  system = await startSystem();
  cli = await Cli.open();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(async () => {
  await cli?.remove();
  await system.stop();
});

const key = (): Promise<IssuedKey> =>
  system.issueKey({ allowedOperations: ['charges:*', 'refunds:write'], capMinor: '10000' });

const pay = (vaultKey: string, amount: number) =>
  charge(system.gatewayUrl, vaultKey, `amount=${amount}&currency=usd&source=tok_visa`, randomUUID());

const http = (vaultKey: string) =>
  new StreamableHTTPClientTransport(new URL(`${system.gatewayUrl}/_keybrake/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${vaultKey}` } },
  });

const stdio = (vaultKey: string, env: Record<string, string> = {}) =>
  new StdioClientTransport({
    command: BIN,
    args: ['mcp'],
    cwd: cli.folder,
    env: { ...cli.env, KEYBRAKE_GATEWAY_URL: system.gatewayUrl, KEYBRAKE_VAULT_KEY: vaultKey, ...env },
  });

async function connect(transport: StdioClientTransport | StreamableHTTPClientTransport): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1' });
  clients.push(client);
  await client.connect(transport);
  return client;
}

async function use(client: Client, name: string, args: Record<string, unknown> = {}): Promise<Told> {
  const { isError, content, structuredContent } = await client.callTool({ name, arguments: args });
  const [{ text }] = content as [{ text: string }];
  const told = isError === true ? { isError, value: parsed(text) } : { isError: false, value: JSON.parse(text) };
  if (!told.isError) expect(structuredContent).toEqual(told.value);
  return told;
}

function parsed(text: string): Record<string, unknown> {
  return text.startsWith('{') ? JSON.parse(text) : { text };
}

describe.each([
  ['streamable HTTP at the gateway', http],
  ['stdio, by keybrake mcp', stdio],
] as const)('the MCP server, with the SDK’s own client (%s)', (_name, open) => {
  test('has four tools, and says what they do', async () => {
    const client = await connect(open((await key()).vaultKey));
    const { tools } = await client.listTools();
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['get_budget', true],
      ['list_allowed_operations', true],
      ['explain_denial', true],
      ['mint_run_key', false],
    ]);
    for (const { description } of tools) expect(description).toMatch(/\w{3,}/);
    expect(client.getInstructions()).toContain('get_budget');
  });

  test('the budget, to the cent', async () => {
    const { id, vaultKey } = await key();
    expect((await pay(vaultKey, 1_250)).status).toBe(200);
    const { value } = await use(await connect(open(vaultKey)), 'get_budget');
    expect(value).toMatchObject({
      vaultKeyId: id,
      caps: [{ limitMinor: '10000', committedMinor: '1250', heldMinor: '0', availableMinor: '8750' }],
    });
  });

  test('what it may call: all of it when it is little, what contains a word when it is much', async () => {
    const narrow = await use(await connect(open((await key()).vaultKey)), 'list_allowed_operations');
    const names = (narrow.value.data as { operation: string }[]).map(({ operation }) => operation);
    expect(new Set(names)).toEqual(new Set(['charges:read', 'charges:write', 'refunds:write']));
    expect(narrow.value.total).toBe(names.length);

    const { vaultKey } = await system.issueKey({ allowedOperations: ['*:*'], capMinor: '1000' });
    const client = await connect(open(vaultKey));
    const all = await use(client, 'list_allowed_operations');
    expect(all.value.data).toHaveLength(100);
    expect(all.value.total).toBeGreaterThan(300);
    const some = await use(client, 'list_allowed_operations', { contains: 'POST /v1/Refunds' });
    expect(some.value.data).toContainEqual({
      operation: 'refunds:write',
      endpoint: 'POST /v1/refunds',
      costsMoney: true,
    });
    expect(Number(some.value.total)).toBeLessThan(10);
  });

  test('why a call was refused', async () => {
    const { vaultKey } = await key();
    const denied = await pay(vaultKey, 10_001);
    const decisionId = denied.headers.get('keybrake-decision-id') as string;
    await system.foldedUp();
    const client = await connect(open(vaultKey));
    expect(await use(client, 'explain_denial', { decisionId })).toMatchObject({
      isError: false,
      value: { rule: 'cap_exceeded', message: expect.stringContaining('daily cap exceeded'), reservedMinor: '10001' },
    });
    const unknown = await use(client, 'explain_denial', { decisionId: 'rsv_unknown' });
    expect(unknown).toMatchObject({ isError: true, value: { error: { code: 'not_found' } } });
  });

  test('a key for a run, capped to the cent; a wider one is refused with what is wrong', async () => {
    const { id, vaultKey } = await key();
    const client = await connect(open(vaultKey));
    const cap = { scope: 'key', window: 'total', currency: 'usd' };
    const minted = await use(client, 'mint_run_key', { runId: 'run-1', caps: [{ ...cap, limitMinor: '2000' }] });
    expect(minted.value).toMatchObject({ parentId: id, runId: 'run-1', caps: [{ limitMinor: '2000' }] });
    const child = minted.value.vaultKey as string;
    expect((await pay(child, 2_001)).status).toBe(429);
    expect((await pay(child, 2_000)).status).toBe(200);

    const seen = await use(client, 'get_budget', { runId: 'run-1' });
    expect(seen.value).toMatchObject({ runId: 'run-1', caps: [{ availableMinor: '8000' }] });
    const wider = await use(client, 'mint_run_key', { runId: 'run-2', allowedOperations: ['payouts:write'] });
    expect(wider).toMatchObject({ isError: true, value: { error: { code: 'widening' } } });
    // A child speaks for its run, and need not name it.
    const grandchild = await use(await connect(open(child)), 'mint_run_key', {});
    expect(grandchild.value).toMatchObject({ runId: 'run-1' });
  });

  test('a question that makes no sense is told so, and nothing is made', async () => {
    const { id, vaultKey } = await key();
    const client = await connect(open(vaultKey));
    for (const wrong of [{ runId: 'a b' }, { runId: 'a', caps: [{ scope: 'galaxy' }] }]) {
      expect(await use(client, 'mint_run_key', wrong)).toMatchObject({ isError: true });
    }
    expect(await use(client, 'explain_denial', { decisionId: '../budget' })).toMatchObject({ isError: true });
    const keys = await system.admin<{ data: unknown[] }>('GET', `/v1/vault-keys?parentId=${id}`);
    expect(keys.data).toEqual([]);
  });
});

test('a revoked key: over HTTP no session, over stdio an error that the model can read', async () => {
  const { id, vaultKey } = await key();
  const overHttp = await connect(http(vaultKey));
  const overStdio = await connect(stdio(vaultKey));
  await system.admin('POST', `/v1/vault-keys/${id}/revoke`);
  await expect(overHttp.callTool({ name: 'get_budget' })).rejects.toMatchObject({ code: 401 });
  await expect(connect(http(vaultKey))).rejects.toMatchObject({ code: 401 });
  const told = await use(overStdio, 'get_budget');
  expect(told).toMatchObject({ isError: true, value: { error: { code: 'key_invalid' } } });
});

test('keybrake mcp: ends with its client, says what is missing, never shows the key', async () => {
  const { vaultKey } = await key();
  const left = await cli.run(['mcp'], { env: { KEYBRAKE_VAULT_KEY: vaultKey } });
  expect(left).toEqual({ code: 0, stdout: '', stderr: '' });
  const none = await cli.run(['mcp']);
  expect(none).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('KEYBRAKE_VAULT_KEY') });
  const bad = await cli.run(['mcp'], { env: { KEYBRAKE_VAULT_KEY: `${vaultKey} x` } });
  expect(bad).toMatchObject({ code: 2, stdout: '' });
  expect(bad.stderr).not.toContain(vaultKey);

  const nowhere = await connect(stdio(vaultKey, { KEYBRAKE_GATEWAY_URL: 'http://127.0.0.1:9' }));
  const told = await use(nowhere, 'get_budget');
  expect(told).toMatchObject({ isError: true, value: { text: expect.stringContaining('gave no answer') } });
});

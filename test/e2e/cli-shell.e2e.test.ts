import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { Cli } from '../harness/cli.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const run = promisify(execFile);

let system: System;
let cli: Cli;

beforeAll(async () => {
  system = await startSystem();
  cli = await Cli.open({ KEYBRAKE_URL: system.adminUrl, KEYBRAKE_TOKEN: system.adminToken });
});
afterAll(async () => {
  await cli?.remove();
  await system.stop();
});

/** A line in a shell that has `keybrake` on its PATH. */
const shell = (program: string, line: string) =>
  run(program, ['-c', line], { env: { ...cli.env, SHELL: `/bin/${program}` } });

test('a reader that has enough ends it without a word', async () => {
  const { stdout, stderr } = await shell('bash', 'set -o pipefail; keybrake policy list --json | head -c 1');
  expect({ stdout, stderr }).toEqual({ stdout: '{', stderr: '' });
});

test('Ctrl-C ends it without a stack', async () => {
  const connections: unknown[] = [];
  const silent: Server = createServer((socket) => connections.push(socket));
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const address = silent.address() as { port: number };
  const env = { KEYBRAKE_URL: `http://127.0.0.1:${address.port}` };
  const { child, ended } = cli.start(['policy', 'list'], { env });
  await eventually(
    'the request',
    () => connections.length,
    (count) => count > 0,
  );
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 130, stdout: '', stderr: '' });
  silent.close();
});

test('the tab key in bash: commands, options and ids of the account', async () => {
  const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '1000' });
  const dead = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '1000' });
  await system.admin('POST', `/v1/vault-keys/${dead.id}/revoke`);
  const completed = async (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(keybrake ${quoted}); COMP_CWORD=${words.length}; _keybrake_yargs_completions`;
    const line = `source <(keybrake completion bash); ${ask}; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await shell('bash', line);
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  };
  expect(await completed('po')).toEqual(['policy']);
  expect(await completed('audit', '')).toEqual(expect.arrayContaining(['search', 'verify']));
  expect(await completed('key', 'issue', '--agent')).toEqual(['--agent-type']);
  const ids = await completed('key', 'revoke', '');
  expect(ids).toContain(key.id);
  expect(ids).not.toContain(dead.id);
  const issued = await system.admin<IssuedKey & { policyId: string }>('GET', `/v1/vault-keys/${key.id}`);
  expect(await completed('key', 'issue', '--policy', issued.policyId.slice(0, -1))).toEqual([issued.policyId]);
});

test('each command has help with an example', async () => {
  const commands = [
    ...['init', 'spend', 'doctor', 'mcp', 'completion'].map((name) => [name]),
    ...['apply', 'list', 'show', 'diff'].map((name) => ['policy', name]),
    ...['issue', 'revoke', 'list'].map((name) => ['key', name]),
    ...['search', 'tail', 'verify', 'export'].map((name) => ['audit', name]),
    ...['list', 'resolve'].map((name) => ['in-doubt', name]),
  ];
  for (const words of commands) {
    const { code, stdout, stderr } = await cli.run([...words, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`Examples:\\n[^]*keybrake ${words.join(' ')}`));
  }
});

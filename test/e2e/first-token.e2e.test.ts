import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const run = promisify(execFile);
let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

async function tokenOf(...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', ...system.settings };
  const { stdout } = await run(process.execPath, ['apps/admin-api/dist/main.token.js', ...args], { env });
  return stdout.trim();
}

const policies = (token: string, body?: object) =>
  fetch(`${system.adminUrl}/v1/policies`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });

test('makes an account and an admin token that works there and nowhere else; again, another token', async () => {
  const caps = [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '1000' }];
  const policy = { name: 'first', provider: 'stripe', allowedOperations: ['charges:write'], caps };
  const [first, second] = [await tokenOf('acme'), await tokenOf('acme')];
  expect((await policies(first, policy)).status).toBe(201);
  const listed = async (token: string) => ((await (await policies(token)).json()) as { data: object[] }).data.length;
  expect([await listed(second), await listed(await tokenOf('other')), first === second]).toEqual([1, 0, false]);
  const notes = await system.sql(
    `select action, actor from governance.governance_outbox where account_id = 'acme' and actor = 'operator' order by position`,
  );
  const issued = { action: 'token.issued', actor: 'operator' };
  expect(notes).toEqual([{ action: 'account.created', actor: 'operator' }, issued, issued]);
});

test('an account that can not be is refused', async () => {
  await expect(tokenOf('No Such')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not the id of'),
  });
});

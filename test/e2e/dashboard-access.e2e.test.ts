import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn, startBrowser } from '../harness/browser.ts';
import { BUSY_SETTINGS, type BusyAccount, busyAccount } from '../harness/busy-account.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;
let browser: Browser;
let busy: BusyAccount;

beforeAll(async () => {
  system = await startSystem({ env: { ...BUSY_SETTINGS, KEYBRAKE_SIGN_IN_FAILURES_MAX: '3' } });
  browser = await startBrowser();
  busy = await busyAccount(system);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const issueToken = (role: string) =>
  system.admin<{ id: string; token: string }>('POST', '/v1/tokens', { name: `a ${role}`, role });

async function as(role: string) {
  const { id, token } = await issueToken(role);
  return { id, ...(await signIn(browser, { adminUrl: system.adminUrl, token })) };
}

/** What the page's own session is answered. */
const statusOf = (page: Page, method: string, path: string, body: unknown = {}) =>
  page.evaluate<number, [string, string, string]>(
    ([how, where, text]) =>
      fetch(where, { method: how, headers: { 'content-type': 'application/json' }, body: text }).then(
        ({ status }) => status,
      ),
    [method, path, JSON.stringify(body)],
  );

async function blocked(page: Page, name: string | RegExp, reason: string): Promise<void> {
  const button = page.getByRole('button', { name }).first();
  await button.waitFor();
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  expect(await button.getAttribute('title')).toBe(reason);
  await button.click({ force: true });
  expect(await page.getByRole('dialog').or(page.getByRole('alertdialog')).count()).toBe(0);
}

describe('with too low a role', () => {
  test('a viewer sees everything and changes nothing', async () => {
    const { page, problems, close } = await as('viewer');
    const mine = (needed: string) => `Needs the role ${needed}; yours is viewer.`;
    await page.goto(`/keys/${busy.keyId}`);
    await page.getByText('$84.00 committed').waitFor();
    await blocked(page, /^Stop/, mine('operator'));
    await page.goto('/keys');
    await blocked(page, 'Issue a key', mine('admin'));
    await page.goto('/in-doubt');
    await blocked(page, /^Resolve/, mine('operator'));
    await page.goto(`/policies/${busy.policyId}`);
    await blocked(page, 'Save as a new version', mine('admin'));
    await page.goto('/onboarding');
    await page.getByText('Ask somebody with that role').waitFor();
    expect(await statusOf(page, 'POST', `/v1/vault-keys/${busy.keyId}/revoke`)).toBe(403);
    expect(await statusOf(page, 'POST', '/v1/tokens', { name: 'mine', role: 'admin' })).toBe(403);
    expect(await system.admin('GET', `/v1/vault-keys/${busy.keyId}`)).toMatchObject({ revokedAt: null });
    expect(problems).toEqual([]);
    await close();
  });

  test('an operator stops keys, and no more', async () => {
    const { page, close } = await as('operator');
    const key = await system.issueKey({ agentType: 'stopped', allowedOperations: ['charges:*'], capMinor: '100' });
    await page.goto(`/keys/${key.id}`);
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('button', { name: 'Stop it now' }).click();
    await page.getByText(/in force after/).waitFor();
    expect(await system.admin('GET', `/v1/vault-keys/${key.id}`)).toMatchObject({ revokedAt: expect.any(String) });
    await page.goto('/keys');
    await blocked(page, 'Issue a key', 'Needs the role admin; yours is operator.');
    await close();
  });

  test('a token that is revoked ends its sessions, and says so', async () => {
    const { id, page, close } = await as('viewer');
    await system.admin('POST', `/v1/tokens/${id}/revoke`);
    await page.getByText('Your session has ended').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Sign in to Keybrake' }).waitFor();
    await close();
  });
});

test('a policy that somebody else has changed meanwhile is not written over', async () => {
  const { page, problems, close } = await as('admin');
  await page.goto(`/policies/${busy.policyId}`);
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('Charges, my way');
  const current = await system.admin<Record<string, unknown>>('GET', `/v1/policies/${busy.policyId}`);
  const { id: _id, version: _version, createdAt: _made, versionCreatedAt: _saved, ...draft } = current;
  await system.admin('PUT', `/v1/policies/${busy.policyId}`, { ...draft, name: 'Charges, their way' });
  const save = async () => {
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
  };
  await save();
  await page.getByRole('alert').getByText('Somebody else has saved a newer version meanwhile').waitFor();
  expect(await name.inputValue()).toBe('Charges, my way');
  expect(await system.admin('GET', `/v1/policies/${busy.policyId}`)).toMatchObject({ name: 'Charges, their way' });
  await page.getByRole('button', { name: 'load the newer version' }).click();
  await page.getByRole('heading', { level: 1, name: 'Charges, their way' }).waitFor();
  await name.fill('Charges, ours');
  await save();
  await page.getByText('Version 3 is in force on every gateway.').waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('a wrong token is refused, after three of them the next one waits, and a good one passes', async () => {
  const context = await browser.newContext({ baseURL: system.adminUrl });
  const page = await context.newPage();
  await page.goto('/');
  const submit = async (token: string) => {
    await page.getByLabel('API token').fill(token);
    const answered = page.waitForResponse(/\/v1\/sessions$/);
    await page.getByRole('button', { name: 'Sign in' }).click();
    return (await answered).status();
  };
  for (let attempt = 0; attempt < 3; attempt += 1) expect(await submit(`kbt_wrong_${attempt}`)).toBe(401);
  await page.getByText('This is no live token of this Keybrake.').waitFor();
  expect(await submit('kbt_wrong_again')).toBe(429);
  expect(await page.getByRole('alert').innerText()).toMatch(/Try again in \d+ s\./);
  expect(await submit(system.adminToken)).toBe(201);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await context.close();
});

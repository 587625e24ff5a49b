import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bootstrapAccount } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { withPool } from '@keybrake/storage';
import { eventually } from '@keybrake/testing/processes';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { governancePorts } from '../harness/account.ts';
import { signIn, startBrowser } from '../harness/browser.ts';
import { BUSY_SETTINGS, type BusyAccount, busyAccount } from '../harness/busy-account.ts';
import { chargesOf, failureOf, stripeClient } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

let system: System;
let browser: Browser;
let busy: BusyAccount;

beforeAll(async () => {
  system = await startSystem({ env: BUSY_SETTINGS });
  browser = await startBrowser();
  busy = await busyAccount(system);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const owner = () => ({ adminUrl: system.adminUrl, token: system.adminToken });

/** An account in which nobody has done anything yet; its admin's token. */
async function emptyAccount(): Promise<string> {
  const database = {
    url: system.databaseUrl,
    applicationName: 'test',
    connectionsMax: 1,
    onIdleError: () => undefined,
  };
  const request = { accountId: 'empty' as AccountId, credentials: new Map(), earlier: undefined };
  const { adminToken } = await withPool(database, (pool) =>
    bootstrapAccount(governancePorts(pool, system.settings), request),
  );
  return adminToken;
}

test('from an empty account to the first governed call, with the very snippet of the page', async () => {
  const token = await emptyAccount();
  const { page, problems, close } = await signIn(browser, { adminUrl: system.adminUrl, token });
  await page.getByRole('link', { name: 'Get started' }).first().click();
  await page.getByLabel('Real API key').fill(system.realSecrets[0] ?? '');
  await page.getByRole('button', { name: 'Store the key' }).click();
  await page
    .getByRole('button', { name: /Charge|payment/i })
    .first()
    .click();
  await page.getByLabel('Agent type').fill('first-agent');
  await page.getByRole('button', { name: 'Issue the key' }).click();
  await page.getByText('waiting for the first call').waitFor();

  const [exported = '', , code = ''] = await page.locator('pre').allTextContents();
  const vaultKey = exported.replace('export KEYBRAKE_VAULT_KEY=', '');
  expect(vaultKey).toMatch(/^vk_empty_/);
  expect(code).toContain(`'${system.gatewayUrl}'`);
  // Beside the packages of the repository, as an agent has its own.
  const folder = join(root, '.cache', 'first-call');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'first-call.ts'), code);
  await run(process.execPath, [join(folder, 'first-call.ts')], {
    env: { ...process.env, KEYBRAKE_VAULT_KEY: vaultKey },
  });

  await page.getByText('The first call has arrived: charges:write').waitFor();
  await page.getByRole('link', { name: 'Its whole life' }).click();
  await page.getByRole('heading', { level: 1, name: 'Call' }).waitFor();
  await page.getByText('committed').first().waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('a cap fills live while an SDK charges, then the denial', async () => {
  const key = await system.issueKey({ agentType: 'live', allowedOperations: ['charges:*'], capMinor: '10000' });
  const stripe = stripeClient(system, key);
  const charge = (amount: number, order: string) =>
    stripe.charges.create({ amount, currency: 'usd', source: 'tok_visa' }, { idempotencyKey: order });
  const { page, problems, close } = await signIn(browser, owner());
  const card = page.getByRole('region', { name: 'Spend today by agent type' });
  const meter = card.getByRole('meter', { name: /^live/ });
  const shown = () =>
    eventually(
      'the figures of the bar',
      async () => (await meter.locator('xpath=..').innerText()).replaceAll(/\s+/g, ' '),
      (text) => text.includes(expected),
    );
  let expected = '$30.00 committed $0.00 held $70.00 left of $100.00';
  await charge(3_000, 'live-1');
  await shown();
  expect(await meter.getAttribute('aria-valuenow')).toBe('30');

  // While the provider takes its time the amount is held, apart from what is committed.
  await system.fault({ provider: 'stripe', match: { amountMinor: '4000' }, fault: { delayAfterMs: 1_400 } });
  const slow = failureOf(charge(4_000, 'live-2'));
  expected = '$30.00 committed $40.00 held $30.00 left of $100.00';
  await shown();
  expect(await slow).toBeUndefined();
  expected = '$70.00 committed $0.00 held $30.00 left of $100.00';
  await shown();

  const denied = await failureOf(charge(3_001, 'live-3'));
  expect(denied).toMatchObject({ statusCode: 429, message: expect.stringContaining('daily cap exceeded') });
  await card.getByText('3 calls, 1 denied').or(card.getByText('2 calls, 1 denied')).waitFor();
  await page.getByText('daily cap exceeded: 30.01 USD').waitFor();
  await shown();
  expect(problems).toEqual([]);
  await close();
});

test('the kill switch stops a running agent', async () => {
  const key = await system.issueKey({ agentType: 'runaway', allowedOperations: ['charges:*'], capMinor: '9000000' });
  const stripe = stripeClient(system, key);
  let refused: Awaited<ReturnType<typeof failureOf>>;
  const agent = (async () => {
    for (let order = 0; refused === undefined; order += 1) {
      const params = { amount: 123, currency: 'usd', source: 'tok_visa' };
      refused = await failureOf(stripe.charges.create(params, { idempotencyKey: `runaway-${order}` }));
    }
  })();
  const executed = async () => chargesOf(await system.witness('stripe'), 123).length;
  await eventually('the agent to be at work', executed, (count) => count >= 3);

  const { page, problems, close } = await signIn(browser, owner());
  await page.goto('/keys?agentType=runaway');
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop it now' }).click();
  const told = await page.getByText(/in force after [\d.]+ m?s/).innerText();
  expect(told).toMatch(/^in force after \d/);
  const afterStop = await executed();
  await agent;
  expect(refused).toMatchObject({ statusCode: 401 });
  // What was launched before the answer may still have been on its way; nothing after it.
  expect((await executed()) - afterStop).toBeLessThanOrEqual(1);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('row').getByText('revoked', { exact: true }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('the audit of one run, and one call of it', async () => {
  const { page, problems, close } = await signIn(browser, owner());
  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  await page.getByLabel('Run id').fill(busy.runId);
  await page.waitForURL(/runId=/);
  await page.reload();
  expect(await page.getByLabel('Run id').inputValue()).toBe(busy.runId);
  await page.getByRole('link', { name: busy.runId }).first().click();
  const story = page.getByRole('table', { name: 'Calls, replays and denials of this run' });
  await story.waitFor();
  const rows = (await story.getByRole('row').allInnerTexts()).slice(1).map((text) => text.replaceAll(/\s+/g, ' '));
  expect(rows.map((text) => /(committed|replayed|denied).*?(\$[\d.]+)$/.exec(text)?.slice(1))).toEqual([
    ['committed', '$25.00'],
    ['replayed', '$25.00'],
    ['committed', '$59.00'],
    ['denied', '$40.00'],
  ]);

  await story.getByRole('link').first().click();
  const life = page.getByRole('region', { name: 'Its life' });
  await life.waitFor();
  const steps = (await life.locator('ol > li').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
  expect(steps.map((text) => /reserved|launched|committed/.exec(text)?.[0])).toEqual([
    'reserved',
    'launched',
    'committed',
  ]);
  expect(steps[0]).toContain('$0.00 → $25.00 $100.00');
  expect(steps[2]).toContain('$0.00 → $25.00 $25.00 → $0.00 $100.00');
  const times = page.getByRole('region', { name: 'Where the time went' });
  for (const phase of ['Reserve', 'Record in the log', 'Launch', 'Provider']) {
    await times.getByText(phase, { exact: true }).waitFor();
  }
  await page.getByRole('link', { name: 'Charges up to $100 a day, version 1' }).click();
  await page.getByRole('region', { name: 'Version 1' }).getByText('"requestsPerMonth": 40').waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('the live tail shows a call as it is made; an edited entry is named', async () => {
  const key = await system.issueKey({ agentType: 'tailed', allowedOperations: ['charges:*'], capMinor: '10000' });
  const { page, problems, close } = await signIn(browser, owner());
  await page.goto('/audit?agentType=tailed');
  await page.getByText('Nothing matches').waitFor();
  await page.getByRole('button', { name: 'Live' }).click();
  await page.locator('span', { hasText: /^live$/ }).waitFor();
  await stripeClient(system, key).charges.create({ amount: 1_234, currency: 'usd', source: 'tok_visa' });
  const row = page.getByRole('row').filter({ hasText: '$12.34' });
  await row.getByText('committed').waitFor();

  await page.getByRole('button', { name: 'Verify everything' }).click();
  await page.getByText('All as it was written').waitFor();
  const [entry] = await system.sql<{ id: string }>(
    'update ledger.audit_entries set committed_micros = 1 where vault_key_id = $1 returning id',
    [key.id],
  );
  await page.getByRole('button', { name: 'Verify everything' }).click();
  await page.getByText('the entry was edited').waitFor();
  await page
    .getByRole('status')
    .getByRole('link', { name: entry?.id ?? 'none' })
    .waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('a call in doubt is settled by a person', async () => {
  const { page, problems, close } = await signIn(browser, owner());
  await page
    .getByRole('link', { name: /^In doubt/ })
    .first()
    .click();
  await page.getByText('a person must decide').waitFor();
  await page.getByRole('button', { name: 'Resolve messages:write of reminders' }).click();
  await page.getByText('The provider executed it').click();
  await page.getByLabel('How you know').fill('It is in the console.');
  await page.getByRole('button', { name: 'Settle the call' }).click();
  await page.getByText('Committed, with your note.').waitFor();
  await page.getByText('Nothing is in doubt').waitFor();
  await system.foldedUp();
  const [entry] = await system.sql<{ state: string; reserved_micros: bigint; committed_micros: bigint }>(
    'select state, reserved_micros, committed_micros from ledger.audit_entries where id = $1',
    [busy.doubtfulId],
  );
  expect(entry).toMatchObject({ state: 'committed', committed_micros: entry?.reserved_micros });
  await page.goto(`/calls/${busy.doubtfulId}`);
  await page.getByText('It is in the console.').first().waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('spend and usage show what the calls came to', async () => {
  const { page, problems, close } = await signIn(browser, owner());
  await page.goto('/spend?by=agentType&days=7');
  const groups = page.getByRole('table', { name: 'Spend of the whole period' });
  const billing = groups.getByRole('row').filter({ hasText: 'billing' });
  expect((await billing.innerText()).replaceAll(/\s+/g, ' ')).toBe('billing $84.00 $0.00 2 1 1');
  const days = page.getByRole('table', { name: /^Spend by day/ });
  await days.getByText('$84.00').waitFor();
  await page.locator('.recharts-bar-rectangle').first().waitFor();
  await page.getByLabel('By', { exact: true }).selectOption('runId');
  await groups.getByRole('link', { name: busy.runId }).waitFor();

  await page.goto('/usage');
  const quotas = page.getByRole('region', { name: 'Quotas' });
  const meter = quotas.getByRole('meter', { name: new RegExp(busy.keyId) });
  await meter.waitFor();
  expect(await meter.getAttribute('aria-valuemax')).toBe('40');
  expect(await meter.getAttribute('aria-valuenow')).toBe('2');
  await quotas.getByText('38 left').waitFor();
  expect(problems).toEqual([]);
  await close();
});

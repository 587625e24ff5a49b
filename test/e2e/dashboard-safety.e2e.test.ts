import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '@keybrake/testing/processes';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PHONE, signIn, startBrowser } from '../harness/browser.ts';
import { BUSY_SETTINGS, type BusyAccount, busyAccount } from '../harness/busy-account.ts';
import { charge } from '../harness/calls.ts';
import { dashboardPages } from '../harness/dashboard-pages.ts';
import { startSystem } from '../harness/start-system.ts';
import { STRANGE_TEXTS } from '../harness/strange-texts.ts';
import type { System } from '../harness/system.ts';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

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

/** The page with all that it loads at first; polls go on for good, so the network is never still. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await eventually(
    `${path} to be loaded`,
    () => page.locator('[aria-busy=true]').count(),
    (waiting) => waiting === 0,
  );
}

async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated by the test, not loaded by the page, whose policy would refuse it.
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate<AxeResults>('axe.run(document)');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test('no page has a serious or critical violation of accessibility', async () => {
    const { page, problems, close } = await signIn(browser, { ...owner(), options: { colorScheme } });
    const found: Record<string, readonly string[]> = {};
    for (const path of dashboardPages(busy)) {
      await open(page, path);
      found[path] = await violations(page);
    }
    await open(page, '/audit');
    await page.getByRole('button', { name: 'More filters' }).click();
    await page.getByRole('button', { name: 'Verify everything' }).click();
    await page.getByText('All as it was written').waitFor();
    found['/audit, all filters, verified'] = await violations(page);
    await open(page, '/in-doubt');
    await page.getByRole('button', { name: /^Resolve/ }).click();
    found['the dialog of a call in doubt'] = await violations(page);
    await open(page, `/keys/${busy.keyId}`);
    await page.getByRole('button', { name: /^Stop/ }).click();
    found['the kill switch'] = await violations(page);
    await open(page, '/alerts');
    await page.getByRole('button', { name: 'Send alerts to…' }).click();
    found['the dialog of a new webhook'] = await violations(page);
    await open(page, `/policies/${busy.policyId}`);
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByText('would have been decided as it was').waitFor();
    found['what a policy would have decided'] = await violations(page);
    expect(Object.values(found).flat(), JSON.stringify(found, undefined, 1)).toEqual([]);
    expect(Object.keys(found)).toHaveLength(dashboardPages(busy).length + 5);

    const signedOut = await browser.newContext({ baseURL: system.adminUrl, colorScheme });
    const signInPage = await signedOut.newPage();
    await open(signInPage, '/sign-in');
    expect(await violations(signInPage)).toEqual([]);
    await signedOut.close();
    expect(problems).toEqual([]);
    await close();
  });
});

test('no page scrolls sideways on a phone', async () => {
  const { page, close } = await signIn(browser, { ...owner(), options: { viewport: PHONE } });
  const wide: string[] = [];
  for (const path of dashboardPages(busy)) {
    await open(page, path);
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (overflow > 0) wide.push(`${path}: ${overflow} px`);
  }
  expect(wide).toEqual([]);
  await close();
});

/** A text where the API takes any; elsewhere it is refused, which is what should become of it. */
async function plant(text: string, index: number): Promise<void> {
  const policy = await system.admin<{ id: string }>('POST', '/v1/policies', {
    name: text.slice(0, 200),
    provider: 'stripe',
    allowedOperations: ['charges:*'],
    caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '1000' }],
  });
  const key = await system.admin<{ vaultKey: string }>('POST', '/v1/vault-keys', {
    agentType: `strange-${index}`,
    policyId: policy.id,
    label: text.slice(0, 200),
    credentialId: 'cred_demostripe',
  });
  const header = encodeURIComponent(text).slice(0, 120);
  await charge(system.gatewayUrl, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', header);
  await charge(
    system.gatewayUrl,
    key.vaultKey,
    `amount=2000&currency=usd&description=${encodeURIComponent(text)}`,
    `b${index}`,
  );
  const authorization = `Bearer ${key.vaultKey}`;
  await fetch(`${system.gatewayUrl}/stripe/v1/${encodeURIComponent(text)}`, { headers: { authorization } });
  await fetch(`${system.gatewayUrl}/stripe/v1/charges`, {
    headers: { authorization, 'keybrake-run-id': header.replaceAll(/[^\x20-\x7e]/g, '') },
  });
}

test('of texts that would be more than text none is executed, on any page', async () => {
  for (const [index, text] of STRANGE_TEXTS.entries()) await plant(text, index);
  await system.foldedUp();
  // Past what the gateway lets in: as if an earlier build, or somebody with the database, had written them.
  const texts = STRANGE_TEXTS.map((text) => text.slice(0, 300));
  await system.sql(
    `update ledger.audit_entries e
        set run_id = t.text, agent_type = t.text, idempotency_key = t.text, endpoint = t.text, operation = t.text,
            message = t.text, rule = t.text, upstream_request_id = t.text
       from (select text, row_number() over () as place from unnest($1::text[]) as text) t,
            (select id, row_number() over (order by started_at_ms desc, id) as place from ledger.audit_entries) n
      where n.id = e.id and n.place = t.place`,
    [texts],
  );
  const { page, problems, close } = await signIn(browser, owner());
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const [planted] = await system.sql<{ id: string; vault_key_id: string; policy_id: string }>(
    'select id, vault_key_id, policy_id from ledger.audit_entries where run_id = $1',
    [texts[0]],
  );
  const places: BusyAccount = {
    ...busy,
    runId: texts[0] ?? '',
    callId: planted?.id ?? '',
    keyId: planted?.vault_key_id ?? '',
    policyId: planted?.policy_id ?? '',
  };
  const executed: string[] = [];
  for (const path of dashboardPages(places)) {
    await open(page, path);
    if ((await page.evaluate('window.executed')) !== undefined) executed.push(path);
  }
  await open(page, '/audit');
  for (const text of texts.slice(0, 20)) await page.getByText(text, { exact: true }).first().waitFor();
  expect(executed).toEqual([]);
  expect(dialogs).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

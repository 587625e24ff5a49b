import { eventually } from '@keybrake/testing/processes';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approvalKey, WaitingCharge } from '../harness/approvals.ts';
import { signIn, startBrowser } from '../harness/browser.ts';
import { BUSY_SETTINGS, type BusyAccount, busyAccount } from '../harness/busy-account.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { WebhookReceiver } from '../harness/webhook-receiver.ts';

let system: System;
let browser: Browser;
let busy: BusyAccount;

beforeAll(async () => {
  system = await startSystem({ env: { ...BUSY_SETTINGS, KEYBRAKE_WEBHOOK_TARGETS: 'any' } });
  browser = await startBrowser();
  busy = await busyAccount(system);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const owner = () => ({ adminUrl: system.adminUrl, token: system.adminToken });

test('an alert is read, a webhook made, tested and its delivery looked at and sent again', async () => {
  const receiver = await WebhookReceiver.start();
  const { page, problems, close } = await signIn(browser, owner());
  await page.getByRole('link', { name: 'Alerts' }).click();
  await page.getByText('80 % of the key cap').first().waitFor();
  await page.getByRole('button', { name: 'Send alerts to…' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill(receiver.url);
  await page.getByLabel('key stopped').check();
  await page.getByRole('button', { name: 'Make the webhook' }).click();
  const secret = await page.getByText(/^whsec_/).innerText();
  receiver.secrets = [secret];
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByRole('button', { name: /^Test http/ }).click();
  const log = page.getByRole('dialog', { name: 'Deliveries' });
  await log.getByText('delivered').waitFor();
  expect(receiver.received.map(({ type }) => type)).toEqual(['webhook.test']);
  await log.getByRole('button', { name: /^Send dlv_.* again$/ }).click();
  await eventually(
    'the same once more',
    () => receiver.received.map(({ messageId }) => messageId),
    ([first, second]) => first !== undefined && first === second,
  );
  await page.getByRole('button', { name: 'Close' }).click();
  expect(problems).toEqual([]);
  await close();
  await receiver.stop();
});

test('a call that waits is found, decided with a reason, and then made', async () => {
  const { page, problems, close } = await signIn(browser, owner());
  await page.getByRole('link', { name: 'Approvals 1' }).click();
  await page.getByRole('link', { name: 'Decide POST /v1/charges of procurement' }).click();
  await page.getByText('90.00 USD').waitFor();
  await page.getByLabel('Why').fill('ordered by the office');
  await page.getByRole('button', { name: 'Approve the call' }).click();
  await page.getByText(/approved by token:.*: ordered by the office/).waitFor();
  expect(await page.getByRole('button', { name: 'Deny it' }).count()).toBe(0);
  // The skip link's fragment is no signed link.
  await page.goto(`/approvals/${busy.approvalId}#main`);
  await page.getByRole('heading', { level: 1, name: 'Approval' }).waitFor();
  expect(await system.admin('GET', `/v1/approvals/${busy.approvalId}`)).toMatchObject({ state: 'approved' });
  expect(problems).toEqual([]);
  await close();
});

test('a link of a webhook is opened by who is not signed in: it shows, and a button decides', async () => {
  const receiver = await WebhookReceiver.start();
  const types = ['approval.requested'];
  const hook = await system.admin<{ secret: string }>('POST', '/v1/webhooks', { url: receiver.url, types });
  receiver.secrets = [hook.secret];
  const waiting = new WaitingCharge(system, await approvalKey(system));
  const { id } = await waiting.asked();
  const told = await eventually(
    'the alert',
    () => receiver.received.find(({ data }) => data.approvalId === id),
    (alert) => alert !== undefined,
  );
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(String(told?.data.decideUrl));
  await page.getByRole('heading', { name: 'A call waits for you' }).waitFor();
  await page.getByText('90.00 USD').waitFor();
  expect(await waiting.seen(id)).toMatchObject({ state: 'waiting' });
  await page.getByRole('button', { name: 'Deny it' }).click();
  await page.getByText('There is nothing more to decide.').waitFor();
  expect(await waiting.seen(id)).toMatchObject({ state: 'denied', votes: [{ by: 'link' }] });
  // What signs went to the server in a body only.
  const [, link = ''] = String(told?.data.decideUrl).split('#');
  expect(asked.filter((url) => url.includes(link.slice(-20)) && !url.includes('#'))).toEqual([]);
  await page.goto(`${system.adminUrl}/approvals/${id}#${link}x`);
  await page.getByText('Link not valid').waitFor();
  await context.close();
  await receiver.stop();
});

test('before a policy is saved it shows what the last 7 days would have been', async () => {
  const { page, problems, close } = await signIn(browser, owner());
  const { version } = await system.admin<{ version: number }>('GET', `/v1/policies/${busy.policyId}`);
  await page.goto(`/policies/${busy.policyId}`);
  await page.getByLabel('At most').first().fill('60');
  await page.getByRole('button', { name: 'Save as a new version' }).click();
  const preview = page.getByRole('dialog', { name: 'What the last 7 days would have been' });
  // $25 went through before it; $59 no longer fit, and the $40 behind it still do not.
  await preview.getByText('1 call that went through would be denied: cap_exceeded ($59.00)').waitFor();
  await preview.getByRole('cell', { name: '$84.00' }).waitFor();
  await preview.getByRole('cell', { name: '$25.00' }).waitFor();
  await preview.getByRole('button', { name: 'Back to the policy' }).click();
  expect(await system.admin('GET', `/v1/policies/${busy.policyId}`)).toMatchObject({ version });
  await page.getByLabel('What it refuses').selectOption('shadow');
  await page.getByRole('button', { name: 'Save as a new version' }).click();
  await preview.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(`Version ${version + 1} is in force on every gateway.`).waitFor();
  expect(await system.admin('GET', `/v1/policies/${busy.policyId}`)).toMatchObject({
    mode: 'shadow',
    caps: [{ limitMinor: '6000' }],
  });
  expect(problems).toEqual([]);
  await close();
});

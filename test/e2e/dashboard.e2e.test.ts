import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { PHONE, signIn, startBrowser } from '../harness/browser.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;
let browser: Browser;
let key: IssuedKey;

beforeAll(async () => {
  system = await startSystem();
  browser = await startBrowser();
  key = await system.issueKey({ agentType: 'billing', allowedOperations: ['charges:*'], capMinor: '10000' });
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

function charge(amountMinor: number, idempotencyKey: string): Promise<Response> {
  return fetch(`${system.gatewayUrl}/stripe/v1/charges`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key.vaultKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': idempotencyKey,
    },
    body: `amount=${amountMinor}&currency=usd&source=tok_visa`,
  });
}

const owner = () => ({ adminUrl: system.adminUrl, token: system.adminToken });

describe('the dashboard', () => {
  test('shows spend against the cap, live, and the denial', async () => {
    const { page, problems, close } = await signIn(browser, owner());
    expect((await charge(8_100, 'first')).status).toBe(200);
    const meter = page.getByRole('meter', { name: /^billing/ });
    await meter.waitFor();
    const card = page.getByRole('region', { name: 'Spend today by agent type' });
    await card.getByText('$81.00 committed').waitFor();
    await card.getByText('$19.00 left of $100.00').waitFor();
    await card.getByText('over 80 %').waitFor();
    expect(await meter.getAttribute('aria-valuenow')).toBe('81');
    expect((await charge(2_000, 'too-much')).status).toBe(429);
    await card.getByText('1 denied').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test('leaves nothing of the token in the browser', async () => {
    const { page, close } = await signIn(browser, owner());
    const kept = await page.evaluate<string>(
      'JSON.stringify({ ...localStorage, ...sessionStorage, url: location.href })',
    );
    expect(kept).not.toContain(system.adminToken);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'keybrake_session', httpOnly: true, sameSite: 'Strict' });
    expect(cookie?.value).not.toContain(system.adminToken);
    await close();
  });

  test('fits a phone, from any address', async () => {
    const { page, problems, close } = await signIn(browser, { ...owner(), options: { viewport: PHONE } });
    await page.goto('/keys');
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Policies' }).click();
    await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
    await page.getByRole('link', { name: 'test billing' }).waitFor();
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });

  test('is served with a policy that lets nothing inline or foreign in, and compressed', async () => {
    const page = await fetch(`${system.adminUrl}/runs/some%20run`);
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text()) ?? [];
    const asset = await fetch(`${system.adminUrl}${script}`, { headers: { 'accept-encoding': 'br' } });
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
    const unknown = await fetch(`${system.adminUrl}/v1/nothing`);
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toContain('application/problem+json');
  });
});

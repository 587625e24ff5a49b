import { existsSync } from 'node:fs';
import { requireProgram } from '@keybrake/testing/programs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const STEP_TIMEOUT_MS = 15_000;
export const PHONE = { width: 360, height: 740 } as const;

function chromiumPath(): string {
  const given = process.env.KEYBRAKE_TEST_CHROMIUM;
  if (given !== undefined && !existsSync(given)) throw new Error(`KEYBRAKE_TEST_CHROMIUM=${given} is not there`);
  return (
    given ??
    requireProgram({
      name: 'chromium',
      debianPackage: 'chromium',
      advice: 'put the path of a Chromium or Chrome into KEYBRAKE_TEST_CHROMIUM',
    })
  );
}

/** A Chromium without a window. As root it has no sandbox: it only opens what the tests serve. */
export function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: chromiumPath(), args });
}

/** A page of a browser profile of its own, and everything that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /**
   * Errors of scripts, what the content security policy refused, and requests that left the admin API. An answer that the
   * API refused is none: a page may ask and be told.
   */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export interface SignInWish {
  readonly adminUrl: string;
  readonly token: string;
  readonly options?: BrowserContextOptions;
}

/** Opens the dashboard and signs in through its page, as a person does. */
export async function signIn(browser: Browser, { adminUrl, token, options = {} }: SignInWish): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: adminUrl, ...options });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`));
  page.on('console', (message) => {
    const refusedAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refusedAnswer) problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(adminUrl).origin) problems.push(`left for ${request.url()}`);
  });
  await page.goto('/');
  await page.getByLabel('API token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return { page, problems, close: () => context.close() };
}

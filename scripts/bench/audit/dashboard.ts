import type { Browser, Page } from 'playwright-core';
import { signIn, startBrowser } from '../../../test/harness/browser.ts';
import { percentile } from '../figure.ts';
import type { AuditStage } from './audit-stage.ts';

const LOADS = 15;
const INTERACTIONS = 15;
const CONTENT_TARGET_MS = 1_500;
const INTERACTION_TARGET_MS = 200;

/** The dashboard in Chromium before the same data: first content from a cold cache, and what a click or a key takes. */
export async function measureDashboard(stage: AuditStage): Promise<void> {
  await stage.issueKeys();
  const browser = await startBrowser();
  try {
    const wish = { adminUrl: stage.url, token: stage.token };
    const { page, close } = await signIn(browser, wish);
    const state = await page.context().storageState();
    await close();
    console.log('\ndashboard in Chromium');
    for (const path of ['/', '/keys', '/audit']) {
      tell(`first content of ${path}`, await firstContent(browser, stage.url, state, path), CONTENT_TARGET_MS);
    }
    await measureInteractions(browser, stage.url, state);
  } finally {
    await browser.close();
  }
}

const CONTENT = 'td, dd, [class*="tileValue"]';
const WATCH_CONTENT = `new MutationObserver((_changes, observer) => {
    if (document.querySelector('${CONTENT}') === null) return;
    requestAnimationFrame(() => { window.contentAtMs = performance.now(); });
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });`;

type State = Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>;

/**
 * From the start of the navigation until data of the API stands on the page, by the browser's clock, each time in a profile
 * with nothing cached.
 */
async function firstContent(browser: Browser, url: string, storageState: State, path: string): Promise<number[]> {
  const tookMs: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const context = await browser.newContext({ baseURL: url, storageState });
    const page = await context.newPage();
    await page.addInitScript(WATCH_CONTENT);
    await page.goto(path);
    await page.locator(CONTENT).first().waitFor();
    tookMs.push(
      await page.evaluate<number>(
        'new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(() => seen(window.contentAtMs))))',
      ),
    );
    await context.close();
  }
  return tookMs;
}

/** The browser's own event timing: from the input to the next paint. */
async function measureInteractions(browser: Browser, url: string, storageState: State): Promise<void> {
  const context = await browser.newContext({ baseURL: url, storageState });
  const page = await context.newPage();
  await page.goto('/keys');
  await page.locator('td').first().waitFor();
  await observe(page);
  const filterMs: number[] = [];
  for (let turn = 0; turn < INTERACTIONS; turn += 1) {
    const agentType = `agent${turn % 40}`;
    const startedAtMs = performance.now();
    await page.getByLabel('Agent type').selectOption(agentType);
    await page.locator('tbody tr').filter({ hasText: agentType }).first().waitFor();
    filterMs.push(performance.now() - startedAtMs);
    await page.getByRole('button', { name: /^Stop/ }).first().click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('Search').pressSequentially('key');
    await page.getByLabel('Search').fill('');
  }
  const inputMs = [...(await observed(page))];
  await page.goto('/audit');
  await page.locator('td').first().waitFor();
  await observe(page);
  const searchMs: number[] = [];
  for (let turn = 0; turn < INTERACTIONS; turn += 1) {
    const decision = ['denied', 'replayed', 'allowed'][turn % 3] as string;
    const shown = { denied: 'denied', replayed: 'replayed', allowed: 'committed' }[decision] as string;
    const startedAtMs = performance.now();
    await page.getByLabel('Decision').selectOption(decision);
    await page.locator('tbody tr').first().filter({ hasText: shown }).waitFor();
    searchMs.push(performance.now() - startedAtMs);
    await page.getByRole('button', { name: /filters/ }).click();
  }
  inputMs.push(...(await observed(page)));
  await context.close();
  tell(`input to next paint, ${inputMs.length} events of 16 ms and more`, inputMs, INTERACTION_TARGET_MS);
  tell('filter of 1,000 keys to its new rows', filterMs, INTERACTION_TARGET_MS);
  tell('filter of the audit to its new rows', searchMs, INTERACTION_TARGET_MS);
}

const observe = (page: Page) =>
  page.evaluate(`window.timings = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.interactionId > 0) window.timings.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: false });`);

const observed = (page: Page) => page.evaluate<number[]>('window.timings');

function tell(what: string, tookMs: readonly number[], targetMs: number): void {
  const [median, p95] = [percentile(tookMs, 0.5), percentile(tookMs, 0.95)];
  console.log(
    `  ${what.padEnd(56)} median ${median.toFixed(0).padStart(5)} ms   p95 ${p95.toFixed(0).padStart(5)} ms   target ${targetMs}`,
  );
}

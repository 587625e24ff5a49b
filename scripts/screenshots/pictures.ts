import type { Page } from 'playwright-core';
import type { BusyAccount } from '../../test/harness/busy-account.ts';

/** A page as it is shown in the docs. */
export interface Picture {
  readonly name: string;
  readonly path: string;
  readonly dark?: boolean;
  readonly phone?: boolean;
  /** What has to be there, or was clicked, before. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const until = (text: string) => (page: Page) => page.getByText(text).first().waitFor();

export function pictures({ runId, callId, keyId, policyId, approvalId }: BusyAccount): readonly Picture[] {
  const run = `/runs/${encodeURIComponent(runId)}`;
  return [
    { name: 'overview', path: '/', prepare: until('$84.00 committed') },
    { name: 'overview-dark', path: '/', dark: true, prepare: until('$84.00 committed') },
    { name: 'overview-phone', path: '/', phone: true, prepare: until('$84.00 committed') },
    { name: 'keys', path: '/keys', prepare: until('invoice pipeline') },
    {
      name: 'kill-switch',
      path: `/keys/${keyId}`,
      prepare: async (page) => {
        await page.getByRole('button', { name: 'Stop invoice pipeline' }).click();
        await page.getByRole('alertdialog').waitFor();
      },
    },
    { name: 'policy', path: `/policies/${policyId}`, prepare: until('Save as a new version') },
    {
      name: 'policy-preview',
      path: `/policies/${policyId}`,
      prepare: async (page) => {
        await page.getByLabel('At most').first().fill('60');
        await page.getByRole('button', { name: 'Save as a new version' }).click();
        await page.getByText('would be denied').waitFor();
      },
    },
    { name: 'audit', path: '/audit', prepare: until('daily cap exceeded') },
    {
      name: 'audit-verified',
      path: '/audit',
      dark: true,
      prepare: async (page) => {
        await page.getByRole('button', { name: 'Verify everything' }).click();
        await page.getByText('All as it was written').waitFor();
        await page.getByText('All as it was written').scrollIntoViewIfNeeded();
      },
    },
    { name: 'run', path: run, prepare: until('denied') },
    { name: 'call', path: `/calls/${callId}`, prepare: until('Where the time went') },
    { name: 'approvals', path: '/approvals', prepare: until('procurement') },
    { name: 'approval', path: `/approvals/${approvalId}`, prepare: until('Approve the call') },
    { name: 'alerts', path: '/alerts', prepare: until('80 % of the key cap') },
    {
      name: 'in-doubt',
      path: '/in-doubt',
      prepare: async (page) => {
        await page.getByRole('button', { name: /^Resolve/ }).click();
        await page.getByText('The provider did not execute it').waitFor();
      },
    },
    {
      name: 'spend',
      path: '/spend?days=7',
      prepare: (page) => page.locator('.recharts-bar-rectangle').first().waitFor(),
    },
    { name: 'usage', path: '/usage', prepare: until('40 used') },
    { name: 'get-started', path: '/onboarding', prepare: until('The real key') },
  ];
}

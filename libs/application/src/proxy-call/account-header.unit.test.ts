import { providerById } from '@keybrake/providers';
import { expect, test } from 'vitest';
import { accountHeader } from './account-header.js';

const stripe = providerById('stripe');
const decide = (connectedAccounts: readonly string[], headers: Record<string, string[]>) =>
  accountHeader(stripe, { connectedAccounts }, headers);
const acct = (id: string) => ({ 'stripe-account': [id] });
const refused = (account: string | undefined, header = 'stripe-account') => ({
  code: 'account_not_allowed',
  header,
  account,
});

test.each([
  [[], {}, { headers: {} }],
  [[], acct('acct_1'), refused('acct_1')],
  [['own'], {}, { headers: {} }],
  [['own'], acct('own'), refused('own')],
  [['acct_1'], {}, { headers: { 'stripe-account': 'acct_1' } }],
  [['acct_1'], acct('acct_1'), { headers: { 'stripe-account': 'acct_1' } }],
  [['acct_1'], acct('acct_2'), refused('acct_2')],
  [['acct_1'], { 'stripe-context': ['acct_1'] }, { headers: { 'stripe-context': 'acct_1' } }],
  [['acct_1'], { 'stripe-context': ['acct_2/acct_1'] }, refused('acct_2/acct_1', 'stripe-context')],
  [['acct_1', 'acct_2'], {}, refused(undefined)],
  [['acct_1', 'acct_2'], acct('acct_2'), { headers: { 'stripe-account': 'acct_2' } }],
  [['own', 'acct_2'], {}, { headers: {} }],
] as [string[], Record<string, string[]>, unknown][])('policy for %j, headers %j', (accounts, headers, decision) => {
  expect(decide(accounts, headers)).toEqual(decision);
});

test('two names are refused, whatever they say', () => {
  for (const headers of [
    { 'stripe-account': ['acct_1', 'acct_1'] },
    { ...acct('acct_1'), 'stripe-context': ['acct_1'] },
  ]) {
    expect(decide(['acct_1'], headers)).toMatchObject({ code: 'invalid_request' });
  }
});

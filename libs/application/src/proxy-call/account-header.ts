import type { Policy, Refusal } from '@keybrake/domain';
import type { Provider } from '@keybrake/providers';
import type { IncomingCall } from './call.js';

/** The header that names the account a call acts for, as the policy allows; none for the credential's own. */
export function accountHeader(
  { accountHeaders }: Pick<Provider, 'accountHeaders'>,
  { connectedAccounts }: Pick<Policy, 'connectedAccounts'>,
  headers: IncomingCall['headers'],
): { readonly headers: Readonly<Record<string, string>> } | Refusal {
  const named = accountHeaders.flatMap((header) => (headers[header] ?? []).map((account) => ({ header, account })));
  const [header = ''] = accountHeaders;
  if (named.length > 1) {
    const message = `Only one of ${accountHeaders.join(' and ')} may be given, once.`;
    return { code: 'invalid_request', message };
  }
  const [only] = named;
  if (only !== undefined) {
    const isAllowed = only.account !== 'own' && connectedAccounts.includes(only.account);
    return isAllowed
      ? { headers: { [only.header]: only.account } }
      : { code: 'account_not_allowed', header: only.header, account: only.account.slice(0, 100) };
  }
  if (connectedAccounts.length === 0 || connectedAccounts.includes('own')) return { headers: {} };
  const [pinned, ...others] = connectedAccounts;
  return pinned !== undefined && others.length === 0
    ? { headers: { [header]: pinned } }
    : { code: 'account_not_allowed', header, account: undefined };
}

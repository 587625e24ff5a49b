import { type PresentedKey, parseVaultKey } from '@keybrake/domain';
import type { ProviderRegistry } from '@keybrake/providers';
import type { KeyRecord } from '../ports/vault-directory.js';
import type { IncomingCall, ProxyCallPorts } from './call.js';

export interface Caller {
  readonly presented: PresentedKey;
  readonly record: KeyRecord;
}

/**
 * The caller's key record, or undefined for a stranger: no key, an unknown one, a wrong secret. Revoked and expired
 * keys are found here like live ones; the admission store tells them apart, atomically with the call (R7).
 */
export async function authenticate(
  ports: Pick<ProxyCallPorts, 'directory' | 'digests' | 'providers'>,
  call: IncomingCall,
): Promise<Caller | undefined> {
  const presented = presentedKey(call, ports.providers);
  if (presented === undefined) return undefined;
  const record = await ports.directory.find(presented.accountId, presented.keyId);
  // The hash is computed and compared for unknown keys too, so that the time taken tells nothing.
  const expected = record?.key.secretHash ?? 'no such key';
  const matches = ports.digests.isHashOf(expected, presented.secret);
  return record !== undefined && matches ? { presented, record } : undefined;
}

/**
 * The vault key comes where the SDK puts the real one: Bearer or a scheme of the provider's own, Basic user (Stripe with
 * curl) or password (Twilio), or a header that the provider's keys go into.
 */
function presentedKey(call: IncomingCall, providers: ProviderRegistry): PresentedKey | undefined {
  for (const candidate of candidatesOf(call, providers)) {
    const presented = parseVaultKey(candidate);
    if (presented !== undefined) return presented;
  }
  return undefined;
}

function candidatesOf({ headers, routedProvider }: IncomingCall, providers: ProviderRegistry): readonly string[] {
  const one = (name: string) => (headers[name]?.length === 1 ? (headers[name][0] as string) : undefined);
  const authorization = one('authorization');
  const asked = routedProvider === undefined ? providers.all : [providers.get(routedProvider)];
  const own = asked.flatMap(({ credentialHeader }) =>
    credentialHeader === undefined ? [] : [one(credentialHeader) ?? ''],
  );
  return [...(authorization === undefined ? [] : keyCandidates(authorization)), ...own.map(lastWord)];
}

// A scheme of the provider's own may stand before it: `Token token=…` is not understood, `ShippoToken vk_…` is.
const lastWord = (value: string) => value.slice(value.lastIndexOf(' ') + 1);

function keyCandidates(authorization: string): readonly string[] {
  const [scheme = '', credentials = ''] = authorization.split(' ', 2);
  if (scheme.toLowerCase() !== 'basic') return [credentials];
  const text = decodeBase64(credentials);
  const colon = text.indexOf(':');
  return colon === -1 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
}

function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return '';
  }
}

import { type PresentedKey, parseVaultKey } from '@keybrake/domain';
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
  ports: Pick<ProxyCallPorts, 'directory' | 'digests'>,
  call: IncomingCall,
): Promise<Caller | undefined> {
  const presented = presentedKey(call);
  if (presented === undefined) return undefined;
  const record = await ports.directory.find(presented.accountId, presented.keyId);
  // The hash is computed and compared for unknown keys too, so that the time taken tells nothing.
  const expected = record?.key.secretHash ?? 'no such key';
  const matches = ports.digests.equal(ports.digests.secretHash(presented.secret), expected);
  return record !== undefined && matches ? { presented, record } : undefined;
}

/** The vault key comes where the SDK puts the real one: Bearer, Basic user (Stripe with curl) or Basic password (Twilio). */
function presentedKey(call: IncomingCall): PresentedKey | undefined {
  const values = call.headers.authorization;
  if (values === undefined || values.length !== 1) return undefined;
  for (const candidate of keyCandidates(values[0] as string)) {
    const presented = parseVaultKey(candidate);
    if (presented !== undefined) return presented;
  }
  return undefined;
}

function keyCandidates(authorization: string): readonly string[] {
  const [scheme = '', credentials = ''] = authorization.split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return [credentials];
  if (scheme.toLowerCase() !== 'basic') return [];
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

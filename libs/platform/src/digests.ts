import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Digests } from '@keybrake/application';

/** Hashes with the installation's pepper: a stolen table of hashes is useless without it. */
export function createDigests(pepper: Uint8Array): Digests {
  const hmac = (purpose: string, data: string) => createHmac('sha256', pepper).update(`${purpose}\n${data}`);
  return {
    sha256: (data) => createHash('sha256').update(data).digest('hex'),
    secretHash: (secret) => hmac('vault key secret', secret).digest('base64url'),
    equal: (a, b) => timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest()),
    upstreamIdempotencyKey: (accountId, rootKeyId, clientKey) =>
      `kb_${hmac('upstream key', JSON.stringify([accountId, rootKeyId, clientKey])).digest('base64url')}`,
  };
}

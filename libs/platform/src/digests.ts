import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Digests } from '@keybrake/application';

export interface Peppers {
  /** What keys that a provider gets are derived with, for as long as the installation lives. */
  readonly pepper: Uint8Array;
  /** Newest first: secrets are hashed with the first of them, and known by any of them or by `pepper`. */
  readonly newerPeppers: readonly Uint8Array[];
}

/** Hashes with the installation's peppers: a stolen table of hashes is useless without them. */
export function createDigests({ pepper, newerPeppers }: Peppers): Digests {
  // Key objects: Node takes 15 µs longer to tell what raw bytes are, each time.
  const first = createSecretKey(pepper);
  const all: readonly KeyObject[] = [...newerPeppers.map((one) => createSecretKey(one)), first];
  const newest = all[0] ?? first;
  return {
    sha256: (data) => hash('sha256', data, 'hex'),
    secretHash: (secret) => secretHash(newest, secret),
    isHashOf: (storedHash, secret) => all.some((key) => isEqual(secretHash(key, secret), storedHash)),
    upstreamIdempotencyKey: (accountId, rootKeyId, clientKey) =>
      `kb_${hmac(first, 'upstream key', JSON.stringify([accountId, rootKeyId, clientKey]))}`,
  };
}

const secretHash = (key: KeyObject, secret: string) => hmac(key, 'vault key secret', secret);

const hmac = (key: KeyObject, purpose: string, data: string) =>
  createHmac('sha256', key).update(`${purpose}\n${data}`).digest('base64url');

const isEqual = (a: string, b: string) => timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));

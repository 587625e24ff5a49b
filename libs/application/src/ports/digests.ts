/** The hashes that the call path needs; pure, but domain and providers import no `node:*`. */
export interface Digests {
  /** SHA-256, hex. */
  sha256(data: string | Uint8Array): string;
  /** HMAC-SHA-256 with the installation's pepper, base64url: what is stored of a vault key's secret. */
  secretHash(secret: string): string;
  /** Constant time. */
  equal(a: string, b: string): boolean;
  /** The idempotency key sent to the provider: HMAC of account, root key and client key. */
  upstreamIdempotencyKey(accountId: string, rootKeyId: string, clientKey: string): string;
}

/** The hashes that the call path needs; pure, but domain and providers import no `node:*`. */
export interface Digests {
  /** SHA-256, hex. */
  sha256(data: string | Uint8Array): string;
  /** HMAC-SHA-256 with a pepper of the installation, base64url: what is stored of a vault key's secret. */
  secretHash(secret: string): string;
  /** Whether the hash is the secret's, by any pepper of the installation. In constant time. */
  isHashOf(storedHash: string, secret: string): boolean;
  /**
   * The idempotency key sent to the provider: HMAC of account, root key and client key. Of a pepper that never changes: by
   * another key, the retry of a call in doubt would be a second charge.
   */
  upstreamIdempotencyKey(accountId: string, rootKeyId: string, clientKey: string): string;
}

import type { AccountId } from '@keybrake/domain';

/** One POST of the admin API that named an `Idempotency-Key`; keys of different tokens are independent. */
export interface IdempotentRequest {
  readonly accountId: AccountId;
  readonly tokenId: string;
  readonly key: string;
  /** Of method, path and body. */
  readonly fingerprint: string;
}

export type IdempotentClaim =
  /** Run it, then `complete` or `abandon`. */
  | { readonly kind: 'claimed' }
  | { readonly kind: 'in_flight' }
  /** The key was used for another request. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'completed'; readonly status: number; readonly body: string };

/** Answers of the admin API, kept 24 h. Bodies are stored encrypted: an answer may show a new key. */
export interface IdempotentResponses {
  /** A claim whose owner ended without a word is free again after a minute. */
  claim(request: IdempotentRequest, nowMs: number): Promise<IdempotentClaim>;
  complete(request: IdempotentRequest, status: number, body: string): Promise<void>;
  /** The request failed and may be tried again. */
  abandon(request: IdempotentRequest): Promise<void>;
  /** Removes what is older than 24 h; how many. */
  purge(nowMs: number, limit: number): Promise<number>;
}

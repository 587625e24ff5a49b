import type { ProviderId } from '@keybrake/domain';
import type { OutgoingRequest } from '@keybrake/providers';

export interface UpstreamResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface UpstreamStream extends Omit<UpstreamResponse, 'body'> {
  readonly body: AsyncIterable<Uint8Array>;
}

/** `not_sent`: provably nothing reached the provider. `unknown`: some bytes may have. */
export type UpstreamFailure = { readonly kind: 'not_sent' | 'unknown'; readonly detail: string };

/** Sends to the provider's fixed origin. Never retries, never follows redirects. */
export interface Upstream {
  /** A whole answer, bounded in time and size; a larger or later one is `unknown`. */
  send(
    provider: ProviderId,
    request: OutgoingRequest,
  ): Promise<{ readonly kind: 'answered'; readonly response: UpstreamResponse } | UpstreamFailure>;
  /** A read's answer as it comes. */
  stream(
    provider: ProviderId,
    request: OutgoingRequest,
  ): Promise<{ readonly kind: 'answered'; readonly response: UpstreamStream } | UpstreamFailure>;
}

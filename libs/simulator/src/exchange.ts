import type { IncomingHttpHeaders } from 'node:http';

export type SimulatedProvider = 'stripe' | 'twilio' | 'resend';

/** A request as the provider reads it, with its own lenient eyes. */
export interface SimRequest {
  readonly method: string;
  /** Without the provider's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** As it is told in the answer. */
  readonly requestId: string;
}

/** What is known of a request of an earlier life. */
export interface EarlierRequest {
  /** `POST /v1/charges`, ids replaced. */
  readonly operation: string;
  readonly idempotencyKey: string | null;
  readonly requestId: string;
  readonly endedAtMs: number;
}

export interface SimAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a request was worth, as the provider understood it. */
export interface Reading {
  /** `POST /v1/charges`, ids replaced by `{id}`. */
  readonly operation: string;
  readonly amountMinor: string | null;
  readonly currency: string | null;
  /** Text that tells this call from others: description, Body, subject. */
  readonly marker: string | null;
}

/** `executed`: something was done that a second execution would do again. */
export interface Execution {
  readonly answer: SimAnswer;
  readonly executed: boolean;
}

/** One provider's API over its objects. */
export interface ProviderApi {
  readonly provider: SimulatedProvider;
  /** Undefined where the provider has none. */
  readonly idempotency: IdempotencyDialect | undefined;
  holdsRealCredential(request: SimRequest): boolean;
  read(request: SimRequest): Reading;
  execute(request: SimRequest): Execution;
  readonly unauthorized: SimAnswer;
  /** An answer in its error shape, for injected failures. */
  failure(status: number): SimAnswer;
  /** Objects of an earlier life, from the witness file. */
  restore(answer: SimAnswer, request: EarlierRequest): void;
}

export interface IdempotencyDialect {
  /** Undefined when the key is fine. */
  invalidKey(key: string): SimAnswer | undefined;
  readonly mismatch: SimAnswer;
  readonly concurrent: SimAnswer;
}

/** What leaves for the provider, before the credential and the upstream idempotency key are put in. */
export interface OutgoingRequest {
  readonly method: string;
  /** Rebuilt from the matched template, never the caller's raw path. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

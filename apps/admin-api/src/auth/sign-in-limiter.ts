const FAILURES_MAX = 20;
const WINDOW_MS = 60_000;
const ADDRESSES_MAX = 10_000;

/** Counts failed sign-ins per address: guessing a token is hopeless, but it should not even be loud. */
export class SignInLimiter {
  readonly #failures = new Map<string, { count: number; sinceMs: number }>();

  /** Seconds to wait, or undefined when the address may try. */
  retryAfterSeconds(address: string, nowMs: number): number | undefined {
    const seen = this.#failures.get(address);
    if (seen === undefined || nowMs - seen.sinceMs > WINDOW_MS || seen.count < FAILURES_MAX) return undefined;
    return Math.ceil((seen.sinceMs + WINDOW_MS - nowMs) / 1_000);
  }

  failed(address: string, nowMs: number): void {
    const seen = this.#failures.get(address);
    if (seen !== undefined && nowMs - seen.sinceMs <= WINDOW_MS) {
      seen.count += 1;
      return;
    }
    if (this.#failures.size >= ADDRESSES_MAX) this.#failures.clear();
    this.#failures.set(address, { count: 1, sinceMs: nowMs });
  }
}

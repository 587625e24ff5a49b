import { Problem } from '../http/problem.js';

const WINDOW_MS = 60_000;
const ADDRESSES_MAX = 10_000;

/**
 * Counts failed sign-ins per address: guessing a token is hopeless, but it should not even be loud. A good token always
 * passes: many bad ones from the same address must not lock its neighbours out.
 */
export class SignInLimiter {
  readonly #failuresMax: number;
  readonly #failures = new Map<string, { count: number; sinceMs: number }>();

  /** @param failuresMax per address and minute */
  constructor(failuresMax: number) {
    this.#failuresMax = failuresMax;
  }

  /** What to answer to one more failure of the address. */
  refusal(address: string, nowMs: number): Problem {
    const waitSeconds = this.#retryAfterSeconds(address, nowMs);
    if (waitSeconds !== undefined) return Problem.tooManySignIns(waitSeconds);
    this.#failed(address, nowMs);
    return Problem.notSignedIn();
  }

  #retryAfterSeconds(address: string, nowMs: number): number | undefined {
    const seen = this.#failures.get(address);
    if (seen === undefined || nowMs - seen.sinceMs > WINDOW_MS || seen.count < this.#failuresMax) return undefined;
    return Math.ceil((seen.sinceMs + WINDOW_MS - nowMs) / 1_000);
  }

  #failed(address: string, nowMs: number): void {
    const seen = this.#failures.get(address);
    if (seen !== undefined && nowMs - seen.sinceMs <= WINDOW_MS) {
      seen.count += 1;
      return;
    }
    if (this.#failures.size >= ADDRESSES_MAX) this.#failures.clear();
    this.#failures.set(address, { count: 1, sinceMs: nowMs });
  }
}

import type { IdempotencyDialect, SimAnswer } from './exchange.js';

const REMEMBER_MS = 24 * 3_600_000;

interface Remembered {
  readonly fingerprint: string;
  readonly answer: SimAnswer | undefined;
  readonly atMs: number;
}

/** A provider's memory of idempotency keys: 24 h, the first answer again, errors for another body or a running call. */
export class IdempotencyMemory {
  readonly #keys = new Map<string, Remembered>();

  /** An answer to give instead of executing, or undefined when the key was taken for this call. */
  begin(key: string, fingerprint: string, nowMs: number, dialect: IdempotencyDialect): SimAnswer | undefined {
    const known = this.#keys.get(key);
    if (known === undefined || (known.answer !== undefined && known.atMs + REMEMBER_MS <= nowMs)) {
      this.#keys.set(key, { fingerprint, answer: undefined, atMs: nowMs });
      return undefined;
    }
    if (known.fingerprint !== fingerprint) return dialect.mismatch;
    if (known.answer === undefined) return dialect.concurrent;
    return { ...known.answer, headers: { ...known.answer.headers, 'Idempotent-Replayed': 'true' } };
  }

  end(key: string, fingerprint: string, answer: SimAnswer, atMs: number): void {
    this.#keys.set(key, { fingerprint, answer, atMs });
  }

  /** The call did not begin to execute: the key is free again. */
  forget(key: string): void {
    this.#keys.delete(key);
  }
}

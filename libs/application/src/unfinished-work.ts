/** Owns the promises that outlive their call, so that a shutdown can wait for them and none fails unseen. */
export class UnfinishedWork {
  readonly #promises = new Set<Promise<void>>();
  readonly #onFailure: (what: string, error: unknown) => void;

  constructor(onFailure: (what: string, error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  keep(what: string, work: Promise<unknown>): void {
    const tracked: Promise<void> = work
      .then(
        () => undefined,
        (error: unknown) => this.#onFailure(what, error),
      )
      .finally(() => this.#promises.delete(tracked));
    this.#promises.add(tracked);
  }

  get size(): number {
    return this.#promises.size;
  }

  /** Resolves when nothing is left, also of what is added meanwhile. */
  async idle(): Promise<void> {
    while (this.#promises.size > 0) await Promise.all(this.#promises);
  }
}

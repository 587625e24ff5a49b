interface Ending {
  readonly atMs: number;
  readonly end: () => void;
}

/** What is still to end, in the order of time. */
export class Endings {
  /** The next one last. */
  readonly #left: Ending[] = [];

  add(atMs: number, end: () => void): void {
    let index = this.#left.length;
    while (index > 0 && (this.#left[index - 1] as Ending).atMs <= atMs) index -= 1;
    this.#left.splice(index, 0, { atMs, end });
  }

  /** Ends all that ended by then. */
  runUntil(atMs: number): void {
    for (let next = this.#left.at(-1); next !== undefined && next.atMs <= atMs; next = this.#left.at(-1)) {
      this.#left.pop();
      next.end();
    }
  }
}

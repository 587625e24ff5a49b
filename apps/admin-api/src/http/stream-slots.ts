import { Problem } from './problem.js';

/** How many answers without an end, or with a late one, a process gives at a time. */
export class StreamSlots {
  readonly #kind: string;
  readonly #slotsMax: number;
  #taken = 0;

  constructor(kind: string, slotsMax: number) {
    this.#kind = kind;
    this.#slotsMax = slotsMax;
  }

  /** Returns what gives the slot back; throws the refusal when all are taken. */
  take(): () => void {
    if (this.#taken >= this.#slotsMax) throw Problem.tooManyStreams(this.#kind, this.#slotsMax);
    this.#taken += 1;
    let isTaken = true;
    return () => {
      if (isTaken) this.#taken -= 1;
      isTaken = false;
    };
  }
}

import { setTimeout as wait } from 'node:timers/promises';

export interface WorkerOptions {
  readonly name: string;
  /** Pause after a turn that found nothing to do. */
  readonly idleMs: number;
  /** Pause after a turn that failed. */
  readonly retryMs: number;
  /** One turn; true when there may be more to do at once. */
  readonly turn: () => Promise<boolean>;
  readonly onError: (name: string, error: unknown) => void;
}

/** Repeats a turn until it is stopped; a stop lets the running turn end. Errors are reported and tried again. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = await this.#turn();
      if (pauseMs > 0) await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #turn(): Promise<number> {
    try {
      return (await this.#options.turn()) ? 0 : this.#options.idleMs;
    } catch (error) {
      this.#options.onError(this.#options.name, error);
      return this.#options.retryMs;
    }
  }
}

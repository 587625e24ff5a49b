import { setTimeout as wait } from 'node:timers/promises';

/** A child process of ours or of somebody else's making. */
export interface Child {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  stop(): Promise<unknown>;
}

const RESTART_PAUSE_MS = 300;

/** Keeps one process alive, as systemd or Kubernetes would: what ends unasked is started again. */
export class Supervised {
  readonly name: string;
  readonly #start: () => Promise<Child>;
  readonly #onChange: (message: string) => void;
  #child: Child;
  #stopping = false;
  #watching: Promise<void>;

  private constructor(name: string, start: () => Promise<Child>, onChange: (message: string) => void, child: Child) {
    this.name = name;
    this.#start = start;
    this.#onChange = onChange;
    this.#child = child;
    this.#watching = this.#watch();
  }

  static async start(
    name: string,
    start: () => Promise<Child>,
    onChange: (message: string) => void,
  ): Promise<Supervised> {
    return new Supervised(name, start, onChange, await start());
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Not started again from now on: Ctrl-C in a terminal reaches every process at once. */
  letEnd(): void {
    this.#stopping = true;
  }

  async stop(): Promise<void> {
    this.letEnd();
    await this.#child.stop();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#stopping) {
      await this.#child.exited;
      if (this.#stopping) return;
      await wait(RESTART_PAUSE_MS);
      await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    try {
      this.#child = await this.#start();
      this.#onChange(`${this.name} had ended and runs again (pid ${this.#child.pid})`);
      if (this.#stopping) await this.#child.stop();
    } catch (error) {
      this.#onChange(`${this.name} does not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

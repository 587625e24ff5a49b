import { type Connection, type ConnectionOptions, connect } from './connection/connection.js';
import type { Environment } from './environment.js';
import { escapeJson } from './output/escape.js';
import { Terminal } from './output/terminal.js';

/** The options of every command. */
export interface CommonOptions extends ConnectionOptions {
  readonly json?: boolean | undefined;
}

/** What a command works with. */
export class Context {
  readonly environment: Environment;
  readonly options: CommonOptions;
  readonly terminal = new Terminal();
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;

  constructor(environment: Environment, options: CommonOptions, signal: AbortSignal) {
    this.environment = environment;
    this.options = options;
    this.signal = signal;
  }

  /** `timeoutMs`: for commands whose requests take longer than usual. */
  connect(timeoutMs?: number): Promise<Connection> {
    return connect(this.options, this.environment, this.signal, timeoutMs);
  }

  get isJson(): boolean {
    return this.options.json === true;
  }

  /** The value itself for scripts, or what `forPeople` makes of it. */
  async show<T>(value: T, forPeople: (value: T) => string): Promise<void> {
    await this.terminal.out(this.isJson ? `${escapeJson(value, 2)}\n` : forPeople(value));
  }
}

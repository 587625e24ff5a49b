import { styleText } from 'node:util';
import { escapeLines } from './escape.js';

type Style = Parameters<typeof styleText>[0];

/** Data goes to stdout, everything for the person to stderr. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #notes: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream = process.stdout, notes: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
    this.#notes = notes;
  }

  /** Whether data is read by a person, and not by a file or a program. */
  get isShown(): boolean {
    return this.#out.isTTY === true;
  }

  /** Resolves once the reader has taken it: a slow reader slows us down instead of filling our memory. */
  async out(data: string | Uint8Array): Promise<void> {
    if (this.#out.write(data)) return;
    await new Promise<void>((drained) => this.#out.once('drain', drained));
  }

  note(text: string): void {
    this.#notes.write(`${escapeLines(text)}\n`);
  }

  /** Coloured on a terminal that wants it: NO_COLOR and pipes get plain text. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#out });
  }

  dim = (text: string): string => this.style('dim', text);
}

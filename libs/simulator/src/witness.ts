import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Reading, SimAnswer, SimulatedProvider } from './exchange.js';

/** One request: what was received and, once it ended, what became of it. */
export interface WitnessEntry extends Reading {
  readonly sequence: number;
  readonly provider: SimulatedProvider;
  readonly idempotencyKey: string | null;
  readonly credential: 'real' | 'other';
  /** The account that the call acts for, when it names one. */
  readonly actsFor: string | null;
  /** Canary: a vault key came along. */
  readonly vaultKeySeen: boolean;
  readonly requestId: string;
  readonly at: string;
  readonly executed: boolean;
  readonly status: number | null;
  readonly objectId: string | null;
}

type Received = Omit<WitnessEntry, 'executed' | 'status' | 'objectId'>;

interface ReceivedLine extends Received {
  readonly event: 'received';
}

/** Holds what a later life needs to execute nothing twice. */
export interface EndedLine {
  readonly event: 'ended';
  readonly sequence: number;
  readonly executed: boolean;
  readonly saved: boolean;
  readonly fingerprint: string;
  readonly endedAtMs: number;
  readonly answer: SimAnswer;
}

interface Pending {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** An append-only file, on disk before any answer goes out. Writes of concurrent requests share one fsync. */
export class Witness {
  readonly #file: FileHandle;
  readonly #received = new Map<number, ReceivedLine>();
  readonly #ended = new Map<number, EndedLine>();
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #sequence = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<Witness> {
    await mkdir(dirname(path), { recursive: true });
    const earlier = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const witness = new Witness(await open(path, 'a', 0o600));
    for (const line of earlier.split('\n')) witness.#remember(line);
    // A line that a kill cut off must not swallow the next one.
    if (earlier !== '' && !earlier.endsWith('\n')) await witness.#file.write('\n');
    return witness;
  }

  async received(entry: Omit<Received, 'sequence'>): Promise<number> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    const line: ReceivedLine = { event: 'received', sequence, ...entry };
    this.#received.set(sequence, line);
    await this.#append(line);
    return sequence;
  }

  async ended(line: EndedLine): Promise<void> {
    this.#ended.set(line.sequence, line);
    await this.#append(line);
  }

  entries(): WitnessEntry[] {
    return [...this.#received.values()].map(({ event: _event, ...entry }) => {
      const end = this.#ended.get(entry.sequence);
      const made = end?.answer.body as { id?: string; sid?: string } | null | undefined;
      const objectId = made?.id ?? made?.sid ?? null;
      return { ...entry, executed: end?.executed ?? false, status: end?.answer.status ?? null, objectId };
    });
  }

  /** Ended requests of the file, oldest first, with what was received. */
  history(): { readonly received: Received; readonly ended: EndedLine }[] {
    return [...this.#ended.values()].flatMap((ended) => {
      const received = this.#received.get(ended.sequence);
      return received === undefined ? [] : [{ received, ended }];
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  #remember(text: string): void {
    if (text === '') return;
    let line: ReceivedLine | EndedLine;
    try {
      line = JSON.parse(text) as ReceivedLine | EndedLine;
    } catch {
      return;
    }
    this.#sequence = Math.max(this.#sequence, line.sequence);
    if (line.event === 'received') this.#received.set(line.sequence, line);
    else this.#ended.set(line.sequence, line);
  }

  #append(line: ReceivedLine | EndedLine): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ line: JSON.stringify(line), resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0);
      try {
        await this.#file.write(`${batch.map(({ line }) => line).join('\n')}\n`);
        await this.#file.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = undefined;
  }
}

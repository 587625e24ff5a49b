import { createHash } from 'node:crypto';
import type { LogRecord, ReadingPosition, RecordSink, SourceObserver } from '@keybrake/application';

/** Keeps what a source delivers, and its positions, in memory. */
export class CollectingSink implements RecordSink, SourceObserver {
  readonly records: LogRecord[] = [];
  readonly failures: unknown[] = [];
  readonly fatals: Error[] = [];
  /** The next records go to somebody else, as if another process had been faster. */
  anotherTakesNext = false;
  readonly #positions: Map<number, ReadingPosition>;

  constructor(positions: ReadonlyMap<number, ReadingPosition> = new Map()) {
    this.#positions = new Map(positions);
  }

  positions(): Promise<ReadonlyMap<number, ReadingPosition>> {
    return Promise.resolve(new Map(this.#positions));
  }

  take(partition: number, records: readonly LogRecord[]): Promise<boolean> {
    const last = records.at(-1);
    const { next } = this.#positions.get(partition) ?? { next: 0n };
    if (last === undefined || records[0]?.position !== next) return Promise.resolve(false);
    const lastBodyHash = createHash('sha256').update(last.body).digest('hex');
    this.#positions.set(partition, { next: last.position + 1n, lastBodyHash });
    if (this.anotherTakesNext) {
      this.anotherTakesNext = false;
      return Promise.resolve(false);
    }
    this.records.push(...records);
    return Promise.resolve(true);
  }

  isAt(ends: ReadonlyMap<number, bigint>): boolean {
    return [...ends].every(([partition, end]) => (this.#positions.get(partition)?.next ?? 0n) >= end);
  }

  copy(change: (position: ReadingPosition) => ReadingPosition): CollectingSink {
    const changed = [...this.#positions].map(([partition, position]) => [partition, change(position)] as const);
    return new CollectingSink(new Map(changed));
  }

  lag(): void {}

  failed(error: unknown): void {
    this.failures.push(error);
  }

  fatal(error: Error): void {
    this.fatals.push(error);
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import {
  BrokenLog,
  type EventSource,
  LOG_START,
  type LogRecord,
  OtherLog,
  PositionAhead,
  type ReadingPosition,
  type RecordSink,
  type RunningSource,
  type SourceObserver,
} from '@keybrake/application';
import { bodyHash } from './body-hash.js';

/** A log that can be asked for records from a position on. */
export interface PolledLog {
  readonly partitions: number;
  ends(): Promise<ReadonlyMap<number, bigint>>;
  /** Records from `position` on, at most `limit`; empty at the end. Throws `LogGap` when `position` is no longer there. */
  read(partition: number, position: bigint, limit: number): Promise<readonly LogRecord[]>;
}

export interface PollingOptions {
  readonly chunkRecordsMax: number;
  /** Pause after a turn that found nothing more. */
  readonly idleMs: number;
  readonly retryMs: number;
}

/** Several processes may poll one log: the sink moves its position by compare-and-set, and whoever is late drops its chunk. */
export class PolledSource implements EventSource {
  readonly #log: PolledLog;
  readonly #options: PollingOptions;

  constructor(log: PolledLog, options: PollingOptions) {
    this.#log = log;
    this.#options = options;
  }

  get partitions(): number {
    return this.#log.partitions;
  }

  ends(): Promise<ReadonlyMap<number, bigint>> {
    return this.#log.ends();
  }

  async start(sink: RecordSink, observer: SourceObserver): Promise<RunningSource> {
    const polling = new Polling(this.#log, this.#options, sink, observer);
    const ended = polling.run();
    return {
      stop: async () => {
        polling.stop();
        await ended;
      },
    };
  }
}

class Polling {
  readonly #log: PolledLog;
  readonly #options: PollingOptions;
  readonly #sink: RecordSink;
  readonly #observer: SourceObserver;
  readonly #stopping = new AbortController();
  /** Partitions whose last taken record was found again in this log. */
  readonly #recognised = new Set<number>();

  constructor(log: PolledLog, options: PollingOptions, sink: RecordSink, observer: SourceObserver) {
    this.#log = log;
    this.#options = options;
    this.#sink = sink;
    this.#observer = observer;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = await this.#turnOrPause();
      if (pauseMs > 0) await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #turnOrPause(): Promise<number> {
    try {
      return (await this.#turn()) ? 0 : this.#options.idleMs;
    } catch (error) {
      if (error instanceof BrokenLog) {
        this.stop();
        this.#observer.fatal(error);
      } else {
        this.#observer.failed(error);
      }
      return this.#options.retryMs;
    }
  }

  /** True when there is more to read at once. */
  async #turn(): Promise<boolean> {
    // In this order: read the other way round, another reader could have passed an end that is already old.
    const positions = await this.#sink.positions();
    const ends = await this.#log.ends();
    let lag = 0n;
    for (const [partition, end] of ends) {
      lag += await this.#takeFrom(partition, positions.get(partition) ?? LOG_START, end);
    }
    this.#observer.lag(lag);
    // A short chunk reached the end: what comes meanwhile waits for the next turn, and is folded in one piece.
    return lag > 0n;
  }

  /** Records left behind. */
  async #takeFrom(partition: number, position: ReadingPosition, end: bigint): Promise<bigint> {
    const { next } = position;
    if (next > end) throw new PositionAhead(partition, next, end);
    if (next === end) return 0n;
    await this.#recognise(partition, position);
    const records = await this.#log.read(partition, next, this.#options.chunkRecordsMax);
    const taken = await this.#sink.take(partition, records);
    return taken ? end - next - BigInt(records.length) : 0n;
  }

  async #recognise(partition: number, { next, lastBodyHash }: ReadingPosition): Promise<void> {
    if (this.#recognised.has(partition) || lastBodyHash === undefined) return;
    const [last] = await this.#log.read(partition, next - 1n, 1);
    if (last !== undefined && bodyHash(last.body) !== lastBodyHash) throw new OtherLog(partition, next);
    this.#recognised.add(partition);
  }
}

import { BrokenLog, LogGap, PositionAhead, type RecordSink, type SourceObserver } from '@keybrake/application';

export interface WatchOptions {
  /** Looks at the topic's ends this often, for the lag and for a log that lost its end. */
  readonly watchEveryMs: number;
  /** Records waiting and none taken for so long: kafkajs can stall without an error. */
  readonly stalledAfterMs: number;
}

/** The first record that a partition still has, and the position that its next one gets. */
export interface Extent {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Compares what the topic has with the sink's positions: the lag, a topic that lost its end, one that no longer has what is
 * to be read next, a consumer that stalled.
 */
export class KafkaWatch {
  readonly #extents: () => Promise<ReadonlyMap<number, Extent>>;
  readonly #sink: RecordSink;
  readonly #options: WatchOptions;
  readonly #observer: SourceObserver;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #progressAtMs = Date.now();
  #progress = -1n;
  #ended = false;

  constructor(
    extents: () => Promise<ReadonlyMap<number, Extent>>,
    sink: RecordSink,
    options: WatchOptions,
    observer: SourceObserver,
  ) {
    this.#extents = extents;
    this.#sink = sink;
    this.#options = options;
    this.#observer = observer;
  }

  start(): void {
    const look = () => {
      this.#looking = this.#look().finally(() => {
        if (!this.#ended) this.#timer = setTimeout(look, this.#options.watchEveryMs);
      });
    };
    look();
  }

  async stop(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** After a fatal error or a stop, nothing is delivered any more. */
  get ended(): boolean {
    return this.#ended;
  }

  taken(): void {
    this.#progressAtMs = Date.now();
  }

  failed(error: unknown): void {
    this.#observer.failed(error);
  }

  fatal(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#observer.fatal(error);
  }

  /** Whether the record before the position is gone, as it may be where the topic keeps records for a time only. */
  async isFirstLeft(partition: number, position: bigint): Promise<boolean> {
    return (await this.#extents()).get(partition)?.start === position;
  }

  /** Throws `PositionAhead`, `LogGap`. */
  async check(): Promise<bigint> {
    // In this order: read the other way round, another reader could have passed an end that is already old.
    const positions = await this.#sink.positions();
    let lag = 0n;
    let progress = 0n;
    for (const [partition, { start, end }] of await this.#extents()) {
      const next = positions.get(partition)?.next ?? 0n;
      if (next > end) throw new PositionAhead(partition, next, end);
      if (next < start) await this.#refuseGap(partition, start);
      lag += end - next;
      progress += next;
    }
    // Whoever takes them: with several processes the lag may be another one's.
    if (progress !== this.#progress || lag === 0n) this.taken();
    this.#progress = progress;
    return lag;
  }

  /** Asked again: another ledger may have read on between the two answers, and its records have been deleted since. */
  async #refuseGap(partition: number, start: bigint): Promise<void> {
    const next = (await this.#sink.positions()).get(partition)?.next ?? 0n;
    if (next >= start) return;
    throw new LogGap(
      `partition ${partition}: the database wants position ${next}, but the topic begins at ${start}: what lies between was ` +
        'deleted. Restore a backup of the database that is younger than what the topic still has.',
    );
  }

  async #look(): Promise<void> {
    try {
      this.#observer.lag(await this.check());
      const stalledForMs = Date.now() - this.#progressAtMs;
      if (stalledForMs > this.#options.stalledAfterMs) {
        this.fatal(new Error(`the consumer has taken nothing for ${stalledForMs} ms while records wait`));
      }
    } catch (error) {
      if (error instanceof BrokenLog) this.fatal(error);
      else this.failed(error);
    }
  }
}

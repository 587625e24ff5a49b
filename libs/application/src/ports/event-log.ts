import type { AccountId, SpendEvent } from '@keybrake/domain';

/** Appends to the spend log (R2). */
export interface EventAppender {
  /**
   * Resolves once the events are durable. While the log is down the same bytes are tried again, so an append that a
   * caller stopped waiting for may still happen later, once; callers must be right in both cases (R4). Rejects with
   * `DependencyUnavailable` when the events were not queued: the queue is full, or the appender is closing.
   */
  append(accountId: AccountId, events: readonly SpendEvent[]): Promise<void>;
}

/** Appends one event to every partition, whatever its account; resolves once all of them are durable. */
export interface EventFence {
  appendToEachPartition(make: () => SpendEvent): Promise<void>;
}

/** Turns events into bytes and back. */
export interface EventCodec {
  encode(event: SpendEvent): string;
  /** Throws `UnreadableEvent` for anything but a known version of a known event: never a guess. */
  decode(bytes: string): SpendEvent;
}

export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

export interface LogRecord {
  readonly partition: number;
  /** Dense per partition: the next record's position is one higher. */
  readonly position: bigint;
  readonly body: string;
  /** Where the log keeps it beside the body, so that it is known of an unreadable one too. */
  readonly accountId?: AccountId | undefined;
  /** W3C `traceparent` of the call that appended it, where it was traced. */
  readonly traceparent?: string | undefined;
}

/** Where a reader stands in a partition. */
export interface ReadingPosition {
  /** The position that it wants next. */
  readonly next: bigint;
  /** SHA-256 (hex) of the body at `next - 1`; undefined at the start of the log. */
  readonly lastBodyHash: string | undefined;
}

export const LOG_START: ReadingPosition = { next: 0n, lastBodyHash: undefined };

/** Takes what a log has; keeps its positions itself, together with what it made of the records. */
export interface RecordSink {
  positions(): Promise<ReadonlyMap<number, ReadingPosition>>;
  /** Records in order, from the position on. False: another reader moved on meanwhile; ask for the positions again. */
  take(partition: number, records: readonly LogRecord[]): Promise<boolean>;
}

export interface SourceObserver {
  /** Records that the sink has not taken yet, over all partitions of the log. */
  lag(records: bigint): void;
  /** A turn failed and is tried again. */
  failed(error: unknown): void;
  /** A `BrokenLog`, or a consumer that stalled: the source has stopped; its process must end loudly, never skip. */
  fatal(error: Error): void;
}

/** Delivers the log to a sink, in order within each partition. Several processes may share the partitions. */
export interface EventSource {
  readonly partitions: number;
  /** The position that each partition's next record will get. */
  ends(): Promise<ReadonlyMap<number, bigint>>;
  start(sink: RecordSink, observer: SourceObserver): Promise<RunningSource>;
}

export interface RunningSource {
  /** Lets the running turn end. */
  stop(): Promise<void>;
}

/** The log is not the one that was read, or not whole: reading it on would skip money. Its process ends, loudly. */
export abstract class BrokenLog extends Error {}

/** Records between the reader's position and the log's first are gone: the reader stops, loudly; it never skips. */
export class LogGap extends BrokenLog {
  override readonly name = 'LogGap';
}

/** The reader has taken records that the log does not have: another log, or one that lost its end. Never skipped over. */
export class PositionAhead extends BrokenLog {
  override readonly name = 'PositionAhead';

  constructor(partition: number, position: bigint, end: bigint) {
    super(
      `partition ${partition}: the ledger stands at ${position}, but the log ends at ${end}. ` +
        'It was replaced or truncated; restore it, or rebuild the ledger from this log into an empty schema.',
    );
  }
}

/** The record before the reader's position is not the one that it took last: a log that was made anew. */
export class OtherLog extends BrokenLog {
  override readonly name = 'OtherLog';

  constructor(partition: number, position: bigint) {
    super(
      `partition ${partition}: the record before position ${position} is not the one that was folded. ` +
        'The log was made anew; restore it, or rebuild the ledger from this log into an empty schema.',
    );
  }
}

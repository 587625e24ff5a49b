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
}

/** Reads the log in order, per partition. The reader keeps its positions itself, with what it made of the records. */
export interface EventReader {
  readonly partitions: number;
  /** The position that each partition's next record will get. */
  ends(): Promise<ReadonlyMap<number, bigint>>;
  /** Records from `position` on, at most `limit`; empty at the end. Throws `LogGap` when `position` is no longer there. */
  read(partition: number, position: bigint, limit: number): Promise<readonly LogRecord[]>;
}

/** Records between the reader's position and the log's first are gone: the reader stops, loudly; it never skips. */
export class LogGap extends Error {
  override readonly name = 'LogGap';
}

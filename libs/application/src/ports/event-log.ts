import type { AccountId, SpendEvent } from '@keybrake/domain';

/** Appends to the spend log. Resolves once the events are durable (R2); rejects with `DependencyUnavailable` otherwise. */
export interface EventAppender {
  /**
   * A rejection after `deadlineMs` does not withdraw the events: they may still be appended later, once, by their
   * ids. Callers must be right in both cases (R2, R4).
   */
  append(accountId: AccountId, events: readonly SpendEvent[], deadlineMs?: number): Promise<void>;
}

export interface LogRecord {
  readonly partition: number;
  /** Dense per partition: the next record's position is one higher. */
  readonly position: bigint;
  readonly bytes: Uint8Array;
}

/** Reads the log in order, per partition. The reader keeps its positions itself, with what it made of the records. */
export interface EventReader {
  readonly partitions: number;
  /** Records from `position` on, at most `limit`; empty at the end. Throws `LogGap` when `position` is no longer there. */
  read(partition: number, position: bigint, limit: number): Promise<readonly LogRecord[]>;
}

/** Records between the reader's position and the log's first are gone: the reader stops, loudly; it never skips. */
export class LogGap extends Error {
  override readonly name = 'LogGap';
}

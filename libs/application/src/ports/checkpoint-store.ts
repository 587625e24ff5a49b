import type { AccountId } from '@keybrake/domain';

/** An account whose chains have no checkpoint for a day yet. */
export interface CheckpointDue {
  readonly accountId: AccountId;
  /** `YYYY-MM-DD`; undefined before the first. */
  readonly lastDay: string | undefined;
  readonly firstEntryAtMs: number;
}

/** Checkpoints of the audit's chains. Throws `DependencyUnavailable`. */
export interface CheckpointStore {
  /** Accounts with entries that have no checkpoint for the day. */
  due(day: string): Promise<readonly CheckpointDue[]>;
  /** Writes the day's checkpoint over the chains as they are now, behind those of all earlier days. Nothing if it is there. */
  seal(accountId: AccountId, day: string, nowMs: number): Promise<void>;
}

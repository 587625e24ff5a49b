import type { AccountId } from '@keybrake/domain';

/** The last link of a chain that was found as it was written, with all before it. */
export interface VerifiedChain {
  readonly accountId: AccountId;
  readonly vaultKeyId: string;
  readonly sequence: bigint;
  readonly hash: string;
}

/** What is due to be dropped is not as it was written: it is kept, as evidence. The message says what and where. */
export class TamperedAudit extends Error {
  override readonly name = 'TamperedAudit';
}

/** The ledger's tables that grow with every call. Throws `DependencyUnavailable`. */
export interface RetentionStore {
  /** Whether the store may make and drop months at all: where each app has its own rights, a job of the owner does it. */
  ownsTables(): Promise<boolean>;
  /**
   * Makes the months that are missing up to a moment, and moves what fell into the default partition meanwhile into them.
   * Several ledgers may do it at once.
   */
  makeMonths(untilMs: number): Promise<void>;
  /** Ends of the months that are there and lie wholly before a moment, oldest first. */
  monthsBefore(untilMs: number): Promise<readonly number[]>;
  /** Why what lies before a month's end can't be dropped yet; undefined when it can. */
  obstacle(beforeMs: number): Promise<string | undefined>;
  /** The chains that have links before a month's end, each verified up to the last of them. Throws `TamperedAudit`. */
  verifyBefore(beforeMs: number): Promise<readonly VerifiedChain[]>;
  /**
   * Drops events, entries and links before a month's end, and notes in the same transaction where chains begin from now on.
   * An entry that later links tell of stays as long as they do. Changes nothing and throws when a chain is no longer the
   * one that was verified.
   */
  dropBefore(beforeMs: number, chains: readonly VerifiedChain[], nowMs: number): Promise<void>;
  /**
   * Removes at most so many calls that ended before a moment, with what belongs to them alone, and deliveries of alerts.
   * Nothing that is open, that a key or a price still needs, or that sums are made of. True when there may be more.
   */
  pruneCalls(beforeMs: number, limit: number): Promise<boolean>;
}

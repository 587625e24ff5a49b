/** The ledger's tables that are split by month. Throws `DependencyUnavailable`. */
export interface RetentionStore {
  /**
   * Makes the months that are missing up to a moment, and moves what fell into the default partition meanwhile into them.
   * Several ledgers may do it at once.
   */
  makeMonths(untilMs: number): Promise<void>;
}

import { type Digests, type RetentionStore, TamperedAudit, type VerifiedChain } from '@keybrake/application';
import { asUnavailable, type Pool } from '../database.js';
import { dropBefore, obstacleBefore, verifyBefore } from './prune-audit.js';
import { pruneCallsBefore } from './prune-calls.js';
import { makeMonthsOf, ownsTables, partitionsOf, SPLIT_TABLES } from './split-tables.js';

/** The tables of migrations/0019_partitions.sql and 0020_pruning.sql. */
export class PostgresRetentionStore implements RetentionStore {
  readonly #pool: Pool;
  readonly #digests: Pick<Digests, 'sha256'>;

  constructor(pool: Pool, digests: Pick<Digests, 'sha256'>) {
    this.#pool = pool;
    this.#digests = digests;
  }

  ownsTables(): Promise<boolean> {
    return this.#guarded(() => ownsTables(this.#pool));
  }

  async makeMonths(untilMs: number): Promise<void> {
    await this.#guarded(async () => {
      for (const split of SPLIT_TABLES) await makeMonthsOf(this.#pool, split, untilMs);
    });
  }

  async monthsBefore(untilMs: number): Promise<readonly number[]> {
    return this.#guarded(async () => {
      const ends = new Set<number>();
      for (const split of SPLIT_TABLES) {
        for (const partition of await partitionsOf(this.#pool, split)) ends.add(partition.untilMs);
      }
      return [...ends].filter((endMs) => endMs <= untilMs).toSorted((a, b) => a - b);
    });
  }

  obstacle(beforeMs: number): Promise<string | undefined> {
    return this.#guarded(() => obstacleBefore(this.#pool, beforeMs));
  }

  verifyBefore(beforeMs: number): Promise<readonly VerifiedChain[]> {
    return this.#guarded(() => verifyBefore(this.#pool, this.#digests, beforeMs));
  }

  dropBefore(beforeMs: number, chains: readonly VerifiedChain[], nowMs: number): Promise<void> {
    return this.#guarded(() => dropBefore(this.#pool, beforeMs, chains, nowMs));
  }

  pruneCalls(beforeMs: number, limit: number): Promise<boolean> {
    return this.#guarded(() => pruneCallsBefore(this.#pool, beforeMs, limit));
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof TamperedAudit ? error : asUnavailable(error, 'The ledger database');
    }
  }
}

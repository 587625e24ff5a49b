import type { RetentionStore } from '@keybrake/application';
import { asUnavailable, type Pool } from '../database.js';
import { makeMonthsOf, SPLIT_TABLES } from './split-tables.js';

/** The tables of migrations/0019_partitions.sql. */
export class PostgresRetentionStore implements RetentionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async makeMonths(untilMs: number): Promise<void> {
    await this.#guarded(async () => {
      for (const split of SPLIT_TABLES) await makeMonthsOf(this.#pool, split, untilMs);
    });
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

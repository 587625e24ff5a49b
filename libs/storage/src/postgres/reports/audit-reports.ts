import type { AuditFilter, AuditReports, TimeCursor } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { scanAudit, searchAudit } from './audit-search.js';

/** The audit as the ledger has folded it. */
export class PostgresAuditReports implements AuditReports {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  search(accountId: AccountId, filter: AuditFilter, limit: number, after: TimeCursor | undefined) {
    return guarded(() => searchAudit(this.#pool, accountId, filter, limit, after));
  }

  async *scan(accountId: AccountId, filter: AuditFilter) {
    try {
      yield* scanAudit(this.#pool, accountId, filter);
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asUnavailable(error, 'The ledger database');
  }
}

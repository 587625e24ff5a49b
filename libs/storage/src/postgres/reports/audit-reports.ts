import type { AuditFilter, AuditReports, CheckpointReport, Digests, TimeCursor } from '@keybrake/application';
import type { AccountId, VaultKeyId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { type CheckpointRow, verifyAccount } from './account-verification.js';
import { changesAfter, latestChange } from './audit-changes.js';
import { scanAudit, searchAudit } from './audit-search.js';
import { ChainWalk } from './audit-verification.js';
import { CHECKPOINTS_DOWN } from './verification-statements.js';

/** The audit as the ledger has folded it. */
export class PostgresAuditReports implements AuditReports {
  readonly #pool: Pool;
  readonly #digests: Pick<Digests, 'sha256'>;

  constructor(pool: Pool, digests: Pick<Digests, 'sha256'>) {
    this.#pool = pool;
    this.#digests = digests;
  }

  search(accountId: AccountId, filter: AuditFilter, limit: number, after: TimeCursor | undefined) {
    return guarded(() => searchAudit(this.#pool, accountId, filter, limit, after));
  }

  async *scan(accountId: AccountId, filter: AuditFilter) {
    try {
      yield* scanAudit(this.#pool, accountId, filter);
    } catch (error) {
      throw unavailable(error);
    }
  }

  latestChange(accountId: AccountId) {
    return guarded(() => latestChange(this.#pool, accountId));
  }

  changes(accountId: AccountId, filter: AuditFilter, after: bigint, limit: number) {
    return guarded(() => changesAfter(this.#pool, accountId, filter, after, limit));
  }

  verifyKey(accountId: AccountId, vaultKeyId: VaultKeyId) {
    return guarded(() => new ChainWalk(this.#pool, this.#digests, accountId).verify(vaultKeyId));
  }

  verifyAccount(accountId: AccountId) {
    return guarded(() => verifyAccount(this.#pool, this.#digests, accountId));
  }

  async checkpoints(
    accountId: AccountId,
    limit: number,
    beforeDay: string | undefined,
  ): Promise<readonly CheckpointReport[]> {
    const values = [accountId, beforeDay ?? null, limit];
    const { rows } = await guarded(() =>
      this.#pool.query<CheckpointRow & { created_at_ms: bigint }>(CHECKPOINTS_DOWN, values),
    );
    return rows.map(({ day, keys, links, hash, previous_hash: previousHash, created_at_ms: createdAtMs }) => ({
      day,
      keys: Number(keys),
      links: Number(links),
      hash,
      previousHash,
      createdAtMs: Number(createdAtMs),
    }));
  }
}

const unavailable = (error: unknown) => asUnavailable(error, 'The ledger database');

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(error);
  }
}

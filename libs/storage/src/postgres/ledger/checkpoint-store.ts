import { CHAIN_START, type CheckpointDue, type CheckpointStore, type Digests } from '@keybrake/application';
import { type AccountId, type ChainHead, checkpointText } from '@keybrake/domain';
import { asUnavailable, type Client, type Pool, transaction } from '../database.js';

const DUE = `
select h.account_id, (select max(c.day) from audit.checkpoints c where c.account_id = h.account_id) as last_day,
       (select min(a.started_at_ms) from ledger.audit_entries a where a.account_id = h.account_id) as first_entry_at_ms
  from (select distinct account_id from ledger.audit_heads) h
 where not exists (select 1 from audit.checkpoints c where c.account_id = h.account_id and c.day = $1::text)`;

const PREVIOUS = `
select c.hash from audit.checkpoints c where c.account_id = $1::text and c.day < $2::text order by c.day desc limit 1`;

// A chain that is behind its last checkpoint has not moved: a ledger that folds anew still has to come to it.
const HEADS = `
select h.vault_key_id, h.sequence, h.hash,
       h.sequence > coalesce((select max(c.sequence) from audit.checkpoint_heads c
                               where c.account_id = h.account_id and c.vault_key_id = h.vault_key_id), 0) as has_moved
  from ledger.audit_heads h where h.account_id = $1::text`;

const INSERT = `
insert into audit.checkpoints (account_id, day, keys, links, hash, previous_hash, created_at_ms)
values ($1::text, $2::text, $3::bigint, $4::bigint, $5::text, $6::text, $7::bigint) on conflict do nothing`;

const INSERT_HEADS = `
insert into audit.checkpoint_heads (account_id, day, vault_key_id, sequence, hash)
select $1::text, $2::text, vault_key_id, sequence, hash
  from json_to_recordset($3::json) as h (vault_key_id text, sequence bigint, hash text)`;

interface DueRow {
  readonly account_id: AccountId;
  readonly last_day: string | null;
  readonly first_entry_at_ms: bigint | null;
}

interface HeadRow {
  readonly vault_key_id: string;
  readonly sequence: bigint;
  readonly hash: string;
  readonly has_moved: boolean;
}

/** Schema `audit` of migrations/0012_audit.sql. */
export class PostgresCheckpointStore implements CheckpointStore {
  readonly #pool: Pool;
  readonly #digests: Pick<Digests, 'sha256'>;

  constructor(pool: Pool, digests: Pick<Digests, 'sha256'>) {
    this.#pool = pool;
    this.#digests = digests;
  }

  async due(day: string): Promise<readonly CheckpointDue[]> {
    const { rows } = await this.#guarded(() => this.#pool.query<DueRow>(DUE, [day]));
    return rows.flatMap(({ account_id: accountId, last_day: lastDay, first_entry_at_ms: atMs }) =>
      // All entries may have been dropped by age: the days go on.
      atMs === null && lastDay === null
        ? []
        : [{ accountId, lastDay: lastDay ?? undefined, firstEntryAtMs: Number(atMs) }],
    );
  }

  async seal(accountId: AccountId, day: string, nowMs: number): Promise<void> {
    await this.#guarded(() => transaction(this.#pool, (client) => this.#seal(client, accountId, day, nowMs)));
  }

  /** Of ledgers that do it at once, one inserts; the others wait for it at the primary key and add nothing. */
  async #seal(client: Client, accountId: AccountId, day: string, nowMs: number): Promise<void> {
    const previous = await client.query<{ hash: string }>(PREVIOUS, [accountId, day]);
    const previousHash = previous.rows[0]?.hash ?? CHAIN_START;
    const { rows } = await client.query<HeadRow>(HEADS, [accountId]);
    const moved = rows.filter((row) => row.has_moved);
    const movedHeads = moved.map((row): ChainHead => ({ ...row, vaultKeyId: row.vault_key_id }));
    const links = rows.reduce((sum, { sequence }) => sum + sequence, 0n);
    const hash = this.#digests.sha256(
      checkpointText({ accountId, day, keys: rows.length, links, movedHeads, previousHash }),
    );
    const values = [accountId, day, rows.length, links.toString(), hash, previousHash, nowMs];
    if ((await client.query(INSERT, values)).rowCount !== 1) return;
    const heads = moved.map((row) => ({ ...row, sequence: row.sequence.toString() }));
    await client.query(INSERT_HEADS, [accountId, day, JSON.stringify(heads)]);
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

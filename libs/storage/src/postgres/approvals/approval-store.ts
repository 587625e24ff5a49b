import type { ApprovalStore, GovernanceNote, Revised, StoredApproval, TimeCursor } from '@keybrake/application';
import type { AccountId, ApprovalId, ApprovalState } from '@keybrake/domain';
import type { Pool } from '../database.js';
import { GovernanceDatabase } from '../governance/governance-database.js';
import { insertNote } from '../governance/note.js';
import { pageOf } from '../reports/page.js';
import { type ApprovalRow, toApproval } from './approval-rows.js';

const FIND = 'select a.* from approvals.approvals a where a.account_id = $1::text and a.approval_id = $2::text';

const LIST = `
select a.* from approvals.approvals a
 where a.account_id = $1::text and ($2::text is null or a.state = $2::text)
   and ($3::bigint is null or (a.requested_at_ms, a.approval_id) < ($3::bigint, $4::text))
 order by a.requested_at_ms desc, a.approval_id desc limit $5::integer`;

const REVISE = `
update approvals.approvals a
   set state = $2::text, decisions = $3::jsonb, expires_at_ms = $4::bigint, is_untold = $5::boolean
 where a.approval_id = $1::text`;

const EXPIRE_DUE = `
update approvals.approvals a set state = 'expired', is_untold = true
 where a.approval_id in (
   select b.approval_id from approvals.approvals b
    where b.state in ('waiting', 'approved') and b.expires_at_ms <= $1::bigint
    order by b.expires_at_ms limit $2::integer for update skip locked)
returning a.approval_id`;

const UNTOLD = 'select a.* from approvals.approvals a where a.is_untold order by a.approval_id limit $1::integer';

const TOLD = `
update approvals.approvals a set is_untold = false where a.approval_id = $1::text and a.state = $2::text returning a.approval_id`;

const LAPSED = `
update approvals.approvals a set state = 'expired' where a.approval_id = $1::text and a.state = 'approved' returning a.approval_id`;

/** Requests as the fold has written them, and what people said. */
export class PostgresApprovalStore implements ApprovalStore {
  readonly #database: GovernanceDatabase;

  constructor(pool: Pool) {
    this.#database = new GovernanceDatabase(pool);
  }

  async find(accountId: AccountId, id: ApprovalId): Promise<StoredApproval | undefined> {
    const [row] = await this.#database.read<ApprovalRow>(FIND, [accountId, id]);
    return row && toApproval(row);
  }

  async list(accountId: AccountId, state: ApprovalState | undefined, limit: number, after: TimeCursor | undefined) {
    const values = [accountId, state ?? null, after?.atMs ?? null, after?.id ?? null, limit + 1];
    const rows = (await this.#database.read<ApprovalRow>(LIST, values)).map(toApproval);
    return pageOf(rows, limit, ({ requestedAtMs: atMs, id }) => ({ atMs, id }));
  }

  revise(
    accountId: AccountId,
    id: ApprovalId,
    change: (current: StoredApproval) => Revised,
    note: GovernanceNote,
  ): Promise<Revised | undefined> {
    return this.#database.change(async (client) => {
      const { rows } = await client.query<ApprovalRow>(`${FIND} for update`, [accountId, id]);
      const revised = rows[0] && change(toApproval(rows[0]));
      if (revised?.kind !== 'changed') return revised;
      const { state, votes, expiresAtMs, isUntold } = revised.approval;
      await client.query(REVISE, [id, state, JSON.stringify(votes), expiresAtMs, isUntold]);
      await insertNote(client, note);
      return revised;
    });
  }

  async expireDue(nowMs: number, limit: number): Promise<number> {
    return (await this.#database.read(EXPIRE_DUE, [nowMs, limit])).length;
  }

  async untold(limit: number): Promise<readonly StoredApproval[]> {
    return (await this.#database.read<ApprovalRow>(UNTOLD, [limit])).map(toApproval);
  }

  async told({ id, state }: Pick<StoredApproval, 'id' | 'state'>): Promise<void> {
    await this.#database.read(TOLD, [id, state]);
  }

  async lapsed(id: ApprovalId): Promise<void> {
    await this.#database.read(LAPSED, [id]);
  }
}

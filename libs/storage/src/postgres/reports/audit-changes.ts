import type { AuditChanges, AuditFilter } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import type { Queryable } from '../database.js';
import { AuditConditions } from './audit-conditions.js';
import { type AuditRow, toAuditEntry } from './audit-rows.js';

const LATEST = `
select max(l.log_position) as latest from ledger.audit_links l where l.account_id = $1::text`;

type ChangeRow = (AuditRow | { readonly id: null }) & { readonly log_position: bigint };

const NOTHING = -1n;

/**
 * The log position of the account's newest change. An account's events are in one partition, whose chunks are folded one
 * after the other under the lock of its position: so a lower one never becomes visible after a higher one.
 */
export async function latestChange(db: Queryable, accountId: AccountId): Promise<bigint> {
  const { rows } = await db.query<{ latest: bigint | null }>(LATEST, [accountId]);
  return rows[0]?.latest ?? NOTHING;
}

/** Changes behind a position, each with its entry as it stands now; of several changes of one entry the last. */
export async function changesAfter(
  db: Queryable,
  accountId: AccountId,
  filter: AuditFilter,
  after: bigint,
  limit: number,
): Promise<AuditChanges> {
  const { span, match, values } = new AuditConditions(accountId, filter, undefined);
  const own = values.length;
  const { rows } = await db.query<ChangeRow>(
    `select l.log_position, a.*
       from (select l.account_id, l.entry_id, l.log_position from ledger.audit_links l
              where l.account_id = $1::text and l.log_position > $${own + 1}::bigint
              order by l.log_position limit $${own + 2}::integer) l
       left join ledger.audit_entries a on a.id = l.entry_id and ${span} and ${match}
      order by l.log_position`,
    [...values, after.toString(), limit],
  );
  const changes = new Map<string, { position: bigint; entry: ReturnType<typeof toAuditEntry> }>();
  for (const row of rows) {
    if (row.id === null) continue;
    // Anew at the end: a map keeps its first order.
    changes.delete(row.id);
    changes.set(row.id, { position: row.log_position, entry: toAuditEntry(row) });
  }
  return { changes: [...changes.values()], last: rows.at(-1)?.log_position ?? after };
}

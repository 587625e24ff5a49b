import type { System } from './system.ts';

const TABLES = [
  'reservations',
  'balances',
  'balance_changes',
  'day_spend',
  'runs',
  'run_day_spend',
  'month_calls',
  'idempotency_records',
  'audit_entries',
  'audit_heads',
];

/** The resolver's own, which a ledger that is folded anew begins without. */
const NOTES = ['resolve_attempts', 'resolve_last_at_ms', 'resolve_next_at_ms', 'resolve_reason'];

/** A hash of each table that the ledger folds, rows in an order of their own, without the times of folding. */
export async function ledgerState(system: System): Promise<Record<string, unknown>> {
  const hashes = await Promise.all(
    TABLES.map(async (table) => {
      const rows = await system.sql(
        `select count(*)::integer as rows, md5(string_agg(r.row, E'\\n' order by r.row)) as hash
           from (select (to_jsonb(t) - $1::text[])::text as row from ledger.${table} t) r`,
        [NOTES],
      );
      return [table, rows[0]] as const;
    }),
  );
  return Object.fromEntries(hashes);
}

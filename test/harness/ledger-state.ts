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

/** A hash of each table that the ledger folds, rows in an order of their own, without the times of folding. */
export async function ledgerState(system: System): Promise<Record<string, unknown>> {
  const hashes = await Promise.all(
    TABLES.map(async (table) => {
      const rows = await system.sql(
        `select count(*)::integer as rows, md5(string_agg(t::text, E'\\n' order by t::text)) as hash from ledger.${table} t`,
      );
      return [table, rows[0]] as const;
    }),
  );
  return Object.fromEntries(hashes);
}

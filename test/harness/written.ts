import type { System } from './system.ts';

/** Every text that the product wrote down: tables of all schemas, and what the processes printed. */
export async function everythingWritten(system: System): Promise<string> {
  const tables = await system.sql<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('admission', 'event_log', 'ledger', 'governance')`,
  );
  if (tables.length <= 15) throw new Error('the tables were not found');
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await system.sql<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  return [...texts, system.output()].join('\n');
}

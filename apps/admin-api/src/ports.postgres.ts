import { GroupAppender, jsonEventCodec, PostgresEventLog } from '@keybrake/event-log';
import { asUnavailable, PostgresAdmissionStore, PostgresAdmissionUpkeep } from '@keybrake/storage';
import type { AdminAdapters, AdminEvents } from './ports.js';
import { type AdminConfig, adminPorts, openPool } from './shared-ports.js';

/** Admission and log in one PostgreSQL. */
export async function openPostgresAdmin(
  installation: AdminConfig,
  { onTrouble, traceparent }: AdminEvents,
): Promise<AdminAdapters> {
  const pool = openPool(installation, onTrouble);
  const log = new GroupAppender(await PostgresEventLog.open(pool, asUnavailable), jsonEventCodec, { traceparent });
  return {
    ports: adminPorts(installation, pool, new PostgresAdmissionStore(pool), new PostgresAdmissionUpkeep(pool), log),
    traced: { admission: 'postgresql', log: { system: 'postgresql', destination: 'event_log.records' } },
    checks: {
      database: {
        check: () => pool.query('select 1'),
        whenDown: 'Nothing can be read or changed, and calls are refused.',
      },
    },
    close: async (flushWithinMs) => {
      await log.close(flushWithinMs);
      await pool.end();
    },
  };
}

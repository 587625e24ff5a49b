import { GroupAppender, jsonEventCodec, PostgresEventLog } from '@keybrake/event-log';
import { asUnavailable, PostgresAdmissionStore, PostgresAdmissionUpkeep } from '@keybrake/storage';
import {
  agentViewPorts,
  flushLog,
  type GatewayAdapters,
  type GatewayConfig,
  type GatewayEvents,
  openPool,
  openSharedPorts,
} from './shared-ports.js';

const POOL = { admission: 16, log: 2 };

/** Admission and log in one PostgreSQL. */
export async function openPostgresAdapters(config: GatewayConfig, events: GatewayEvents): Promise<GatewayAdapters> {
  // The log has connections of its own: it must not queue behind the calls that wait for it.
  const pool = openPool(config, events, 'admission', POOL.admission);
  const logPool = openPool(config, events, 'log', POOL.log);
  const log = new GroupAppender(await PostgresEventLog.open(logPool, asUnavailable), jsonEventCodec, {
    traceparent: events.traceparent,
    onAppended: events.onAppended,
    onRetry: (error) => events.onTrouble('append to the event log', error),
  });
  const shared = openSharedPorts(config, events, pool);
  const admission = new PostgresAdmissionStore(pool);
  return {
    ports: { ...shared, admission, log },
    agentView: agentViewPorts(shared, pool, admission, new PostgresAdmissionUpkeep(pool)),
    traced: { admission: 'postgresql', log: { system: 'postgresql', destination: 'event_log.records' } },
    pendingLogEvents: () => log.pendingEvents,
    checks: {
      database: {
        check: () => pool.query('select 1'),
        whenDown: 'Calls are refused with 503; nothing is sent to a provider.',
      },
    },
    close: async (flushWithinMs) => {
      await flushLog(log, flushWithinMs, events);
      await shared.upstream.close();
      await Promise.all([pool.end(), logPool.end()]);
    },
  };
}

import { hostname } from 'node:os';
import { GroupAppender, jsonEventCodec, PolledSource, PostgresEventLog } from '@keybrake/event-log';
import { createDigests, type Installation, systemRuntime } from '@keybrake/platform';
import {
  asUnavailable,
  createPool,
  PostgresAdmissionStore,
  PostgresAdmissionUpkeep,
  PostgresApprovalStore,
  PostgresCheckpointStore,
  PostgresLedgerStore,
  PostgresOperatorFigures,
  PostgresRetentionStore,
} from '@keybrake/storage';
import { openAlerts } from './alert-ports.js';
import type { LedgerAdapters } from './ledger-process.js';
import { type LedgerConfig, openResolver } from './resolver-ports.js';

const CONNECTIONS_MAX = 6;
const POLLING = { chunkRecordsMax: 500, idleMs: 50, retryMs: 500 };

/** Log, admission and ledger in one PostgreSQL. */
export async function openPostgresLedger(
  config: LedgerConfig,
  installation: Installation,
  onTrouble: (what: string, error: unknown) => void,
): Promise<LedgerAdapters> {
  const pool = createPool({
    url: installation.databaseUrl,
    applicationName: `keybrake-ledger@${hostname()}`,
    connectionsMax: CONNECTIONS_MAX,
    onIdleError: (error) => onTrouble('idle connection', error),
  });
  const eventLog = await PostgresEventLog.open(pool, asUnavailable);
  const log = new GroupAppender(eventLog, jsonEventCodec, {
    onRetry: (error) => onTrouble('append to the event log', error),
  });
  const parts = {
    store: new PostgresLedgerStore(pool),
    source: new PolledSource(eventLog, POLLING),
    admission: new PostgresAdmissionStore(pool),
    upkeep: new PostgresAdmissionUpkeep(pool),
    log,
  };
  const digests = createDigests(installation);
  const resolver = openResolver(config, installation, pool, parts);
  const alerts = openAlerts(config, installation, pool, parts.upkeep);
  return {
    ports: {
      ...parts,
      codec: jsonEventCodec,
      digests,
      figures: new PostgresOperatorFigures(pool),
      approvals: new PostgresApprovalStore(pool),
      checkpoints: new PostgresCheckpointStore(pool, digests),
      retention: new PostgresRetentionStore(pool, digests),
      runtime: systemRuntime,
      resolver: resolver.ports,
      alerts: alerts.ports,
    },
    log: { system: 'postgresql', destination: 'event_log.records' },
    checks: {
      database: {
        check: () => pool.query('select 1'),
        whenDown: 'Nothing is folded or settled, and calls are refused.',
      },
    },
    close: async (flushWithinMs) => {
      await resolver.close();
      await alerts.close();
      await log.close(flushWithinMs);
      await pool.end();
    },
  };
}

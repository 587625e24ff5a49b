import { makeMonths, pruneMonths } from '@keybrake/application';
import {
  createDigests,
  createLogger,
  INSTALLATION_SETTINGS,
  loadConfig,
  OperatorError,
  requireInstallation,
  runMain,
  systemRuntime,
} from '@keybrake/platform';
import { createPool, PostgresRetentionStore } from '@keybrake/storage';

/** Makes the months ahead, drops those that are due by KEYBRAKE_AUDIT_RETENTION_DAYS, and ends: for the role that owns the tables. */
await runMain('retention', async () => {
  const config = loadConfig({ required: INSTALLATION_SETTINGS });
  const logger = createLogger({ name: 'retention', level: config.logLevel, secrets: config.secrets });
  const { databaseUrl, pepper } = requireInstallation(config);
  const onIdleError = (error: Error) => logger.warn({ err: error }, 'idle connection');
  const pool = createPool({ url: databaseUrl, applicationName: 'keybrake-retention', connectionsMax: 2, onIdleError });
  try {
    const retention = new PostgresRetentionStore(pool, createDigests(pepper));
    const ports = { retention, runtime: systemRuntime };
    if (!(await retention.ownsTables())) {
      throw new OperatorError(
        "the role of DATABASE_URL does not own the ledger's tables: run this with the role of the migrations",
      );
    }
    await makeMonths(ports);
    const { auditRetentionDays: days } = config;
    const result = days === undefined ? undefined : await pruneMonths(ports, days, () => false);
    const dropped = result?.dropped.map((untilMs) => new Date(untilMs).toISOString()) ?? [];
    logger.info({ dropped, kept: result?.kept }, 'the months ahead are there');
  } finally {
    await pool.end();
  }
});

import { makeMonths, pruneMonths } from '@keybrake/application';
import { createDigests, OperatorError, systemRuntime } from '@keybrake/platform';
import { PostgresRetentionStore } from '@keybrake/storage';
import { runOwnerJob } from './owner-job.js';

/** Makes the months ahead, and drops those that are due by KEYBRAKE_AUDIT_RETENTION_DAYS. */
await runOwnerJob('retention', async ({ installation, pool, config, logger }) => {
  const retention = new PostgresRetentionStore(pool, createDigests(installation));
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
});

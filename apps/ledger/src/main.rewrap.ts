import { createLogger, INSTALLATION_SETTINGS, loadConfig, requireInstallation, runMain } from '@keybrake/platform';
import { createPool, rewrapDataKeys } from '@keybrake/storage';

/** Wraps the accounts' data keys with KEYBRAKE_KEK, wherever one of KEYBRAKE_KEKS_OTHER was used, and ends. */
await runMain('rewrap', async () => {
  const config = loadConfig({ required: INSTALLATION_SETTINGS });
  const logger = createLogger({ name: 'rewrap', level: config.logLevel, secrets: config.secrets });
  const { databaseUrl, kek, otherKeks } = requireInstallation(config);
  const onIdleError = (error: Error) => logger.warn({ err: error }, 'idle connection');
  const pool = createPool({ url: databaseUrl, applicationName: 'keybrake-rewrap', connectionsMax: 1, onIdleError });
  try {
    logger.info(await rewrapDataKeys(pool, kek, otherKeks), 'every data key is wrapped with KEYBRAKE_KEK');
  } finally {
    await pool.end();
  }
});

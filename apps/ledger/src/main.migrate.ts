import { createLogger, loadConfig, runMain } from '@keybrake/platform';
import { migrate } from '@keybrake/storage';

/** Brings the schema up to date and ends: a job before the apps of a release, which would do it themselves. */
await runMain('migrations', async () => {
  const config = loadConfig({ required: ['DATABASE_URL'] });
  const logger = createLogger({ name: 'migrations', level: config.logLevel, secrets: config.secrets });
  const applied = await migrate(config.databaseUrl ?? '');
  logger.info({ applied }, 'the schema is up to date');
});

import {
  type Config,
  createLogger,
  INSTALLATION_SETTINGS,
  type Installation,
  type Logger,
  loadConfig,
  requireInstallation,
  runMain,
} from '@keybrake/platform';
import { type Pool, withPool } from '@keybrake/storage';

interface OwnerJob {
  readonly installation: Installation;
  readonly config: Config;
  readonly pool: Pool;
  readonly logger: Logger;
}

/** A process that does one thing with the database, as the role that owns it, and ends. */
export function runOwnerJob(name: string, work: (job: OwnerJob) => Promise<void>): Promise<void> {
  return runMain(name, async () => {
    const config = loadConfig({ required: INSTALLATION_SETTINGS });
    const logger = createLogger({ name, level: config.logLevel, secrets: config.secrets });
    const installation = requireInstallation(config);
    const database = {
      url: installation.databaseUrl,
      applicationName: `keybrake-${name}`,
      connectionsMax: 2,
      onIdleError: (error: Error) => logger.warn({ err: error }, 'idle connection'),
    };
    await withPool(database, (pool) => work({ installation, config, pool, logger }));
  });
}

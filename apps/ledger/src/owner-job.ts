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
import { createPool, type Pool } from '@keybrake/storage';

interface OwnerJob extends Installation {
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
    const pool = createPool({
      url: installation.databaseUrl,
      applicationName: `keybrake-${name}`,
      connectionsMax: 2,
      onIdleError: (error) => logger.warn({ err: error }, 'idle connection'),
    });
    try {
      await work({ ...installation, config, pool, logger });
    } finally {
      await pool.end();
    }
  });
}

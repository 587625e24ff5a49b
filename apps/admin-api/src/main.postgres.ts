import 'reflect-metadata';
import {
  createLogger,
  INSTALLATION_SETTINGS,
  installShutdown,
  loadConfig,
  requireInstallation,
  runMain,
} from '@keybrake/platform';
import { loadProviders } from '@keybrake/provider-file';
import { migrate } from '@keybrake/storage';
import { startPostgresAdminApi } from './start-admin-api.js';

/** The admin API on a shared PostgreSQL. */
await runMain('admin API', async () => {
  const config = loadConfig({ required: INSTALLATION_SETTINGS });
  const providers = await loadProviders(config);
  const logger = createLogger({ name: 'admin-api', level: config.logLevel, secrets: config.secrets });
  const installation = requireInstallation(config);
  await migrate(installation.databaseUrl);
  const admin = await startPostgresAdminApi(config, installation, providers, logger);
  installShutdown({ logger, steps: admin.shutdownSteps, budgetMs: 15_000 });
});

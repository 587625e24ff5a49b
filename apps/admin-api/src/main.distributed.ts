import 'reflect-metadata';
import {
  createLogger,
  DISTRIBUTED_SETTINGS,
  installShutdown,
  loadConfig,
  requireDistributed,
  runMain,
} from '@keybrake/platform';
import { loadProviders } from '@keybrake/provider-file';
import { migrate } from '@keybrake/storage';
import { startDistributedAdminApi } from './start-admin-api.js';

/** The admin API on Redis and Kafka. */
await runMain('admin API', async () => {
  const config = loadConfig({ required: DISTRIBUTED_SETTINGS });
  const providers = await loadProviders(config);
  const logger = createLogger({ name: 'admin-api', level: config.logLevel, secrets: config.secrets });
  const installation = requireDistributed(config);
  await migrate(installation.databaseUrl);
  const admin = await startDistributedAdminApi(config, installation, providers, logger);
  installShutdown({ logger, steps: admin.shutdownSteps, budgetMs: 15_000 });
});

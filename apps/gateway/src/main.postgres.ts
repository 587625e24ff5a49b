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
import { startPostgresGateway } from './start-gateway.js';

/** One gateway of several on a shared PostgreSQL. */
await runMain('gateway', async () => {
  const config = loadConfig({ required: INSTALLATION_SETTINGS });
  const providers = await loadProviders(config);
  const logger = createLogger({ name: 'gateway', level: config.logLevel, secrets: config.secrets });
  const installation = requireInstallation(config);
  await migrate(installation.databaseUrl);
  const gateway = await startPostgresGateway(config, installation, providers, logger);
  installShutdown({ logger, steps: gateway.shutdownSteps, budgetMs: config.upstreamTimeoutMs + 15_000 });
});

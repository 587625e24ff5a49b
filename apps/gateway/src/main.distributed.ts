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
import { startDistributedGateway } from './start-gateway.js';

/** One gateway of several, on Redis and Kafka. */
await runMain('gateway', async () => {
  const config = loadConfig({ required: DISTRIBUTED_SETTINGS });
  const providers = await loadProviders(config);
  const logger = createLogger({ name: 'gateway', level: config.logLevel, secrets: config.secrets });
  const installation = requireDistributed(config);
  await migrate(installation.databaseUrl);
  const gateway = await startDistributedGateway(config, installation, providers, logger);
  installShutdown({ logger, steps: gateway.shutdownSteps, budgetMs: config.upstreamTimeoutMs + 15_000 });
});

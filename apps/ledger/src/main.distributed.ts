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
import { startDistributedLedger } from './start-ledger.js';

/** One ledger of several, on Kafka and Redis. */
await runMain('ledger', async () => {
  const config = loadConfig({ required: DISTRIBUTED_SETTINGS });
  const providers = await loadProviders(config);
  const logger = createLogger({ name: 'ledger', level: config.logLevel, secrets: config.secrets });
  const installation = requireDistributed(config);
  await migrate(installation.databaseUrl);
  const onFatal = () => process.exit(1);
  const ledger = await startDistributedLedger({ config, installation, providers, logger, onFatal });
  installShutdown({ logger, steps: ledger.shutdownSteps, budgetMs: 15_000 });
});

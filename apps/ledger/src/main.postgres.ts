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
import { startPostgresLedger } from './start-ledger.js';

/** One ledger of several on a shared PostgreSQL. */
await runMain('ledger', async () => {
  const config = loadConfig({ required: INSTALLATION_SETTINGS });
  const providers = await loadProviders(config);
  const logger = createLogger({ name: 'ledger', level: config.logLevel, secrets: config.secrets });
  const installation = requireInstallation(config);
  await migrate(installation.databaseUrl);
  const onFatal = () => process.exit(1);
  const ledger = await startPostgresLedger({ config, installation, providers, logger, onFatal });
  installShutdown({ logger, steps: ledger.shutdownSteps, budgetMs: 15_000 });
});

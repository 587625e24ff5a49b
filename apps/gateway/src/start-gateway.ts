import { readFile } from 'node:fs/promises';
import type { Config, DistributedInstallation, Installation, Logger } from '@keybrake/platform';
import {
  defaultPriceList,
  originsOf,
  type PriceList,
  type ProviderRegistry,
  parsePriceList,
} from '@keybrake/providers';
import { type RunningGateway, startGateway } from './app.js';
import { openDistributedAdapters } from './ports.distributed.js';
import { openPostgresAdapters } from './ports.postgres.js';
import type { GatewayConfig } from './shared-ports.js';

/** The gateway on one PostgreSQL. */
export async function startPostgresGateway(
  config: Config,
  installation: Installation,
  providers: ProviderRegistry,
  logger: Logger,
): Promise<RunningGateway> {
  const ofGateway = await gatewayConfig(config, installation, providers);
  return startGateway({ config, logger, open: (events) => openPostgresAdapters(ofGateway, events) });
}

/** One gateway of several, on Redis and Kafka. */
export async function startDistributedGateway(
  config: Config,
  installation: DistributedInstallation,
  providers: ProviderRegistry,
  logger: Logger,
): Promise<RunningGateway> {
  const ofGateway = { ...(await gatewayConfig(config, installation, providers)), ...installation, kafka: config.kafka };
  return startGateway({ config, logger, open: (events) => openDistributedAdapters(ofGateway, events) });
}

async function gatewayConfig(
  config: Config,
  installation: Installation,
  providers: ProviderRegistry,
): Promise<GatewayConfig> {
  const { upstreamTimeoutMs } = config;
  return {
    ...installation,
    providers,
    origins: originsOf(providers, config.origins),
    upstreamTimeoutMs,
    prices: await readPrices(config.pricesFile),
  };
}

async function readPrices(file: string | undefined): Promise<PriceList> {
  if (file === undefined) return defaultPriceList();
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`KEYBRAKE_PRICES_FILE: ${file} can't be read`, { cause: error });
  });
  const reading = parsePriceList(text);
  if (reading.kind === 'prices') return reading.prices;
  throw new Error(`KEYBRAKE_PRICES_FILE: ${file} is not a price list:\n${reading.problems.join('\n')}`);
}

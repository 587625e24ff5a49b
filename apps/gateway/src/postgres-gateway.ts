import { readFile } from 'node:fs/promises';
import type { Config, Installation, Logger } from '@keybrake/platform';
import { defaultPriceList, type PriceList, parsePriceList } from '@keybrake/providers';
import { type RunningGateway, startGateway } from './app.js';
import { openPostgresAdapters } from './ports.postgres.js';
import { originsOf } from './settings.js';

/** The gateway on one PostgreSQL. */
export async function startPostgresGateway(
  config: Config,
  installation: Installation,
  logger: Logger,
): Promise<RunningGateway> {
  const prices = await readPrices(config.pricesFile);
  const { upstreamTimeoutMs } = config;
  const origins = originsOf(config.origins);
  return startGateway({
    config,
    logger,
    open: (events) => openPostgresAdapters({ ...installation, origins, upstreamTimeoutMs, prices }, events),
  });
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

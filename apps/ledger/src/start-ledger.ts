import type { Config, DistributedInstallation, Installation, Logger } from '@keybrake/platform';
import type { ProviderRegistry } from '@keybrake/providers';
import { type RunningLedgerProcess, startLedgerProcess } from './ledger-process.js';
import { openDistributedLedger } from './ports.distributed.js';
import { openPostgresLedger } from './ports.postgres.js';

interface StartOptions<Of extends Installation> {
  readonly config: Config;
  readonly installation: Of;
  readonly providers: ProviderRegistry;
  readonly logger: Logger;
  readonly onFatal: (error: Error) => void;
}

/** The ledger on one PostgreSQL. */
export function startPostgresLedger(options: StartOptions<Installation>): Promise<RunningLedgerProcess> {
  const { config, installation, providers } = options;
  return startLedgerProcess({
    ...options,
    open: (onTrouble) => openPostgresLedger({ ...config, providers }, installation, onTrouble),
  });
}

/** One ledger of several, on Kafka and Redis. */
export function startDistributedLedger(options: StartOptions<DistributedInstallation>): Promise<RunningLedgerProcess> {
  const { config, installation, providers } = options;
  const open = (onTrouble: (what: string, error: unknown) => void) =>
    openDistributedLedger({ ...config, ...installation, providers }, onTrouble);
  return startLedgerProcess({ ...options, open });
}

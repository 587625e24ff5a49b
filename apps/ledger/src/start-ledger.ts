import type { Config, DistributedInstallation, Installation, Logger } from '@keybrake/platform';
import { type RunningLedgerProcess, startLedgerProcess } from './ledger-process.js';
import { openDistributedLedger } from './ports.distributed.js';
import { openPostgresLedger } from './ports.postgres.js';

interface StartOptions<Of extends Installation> {
  readonly config: Config;
  readonly installation: Of;
  readonly logger: Logger;
  readonly onFatal: (error: Error) => void;
}

/** The ledger on one PostgreSQL. */
export function startPostgresLedger(options: StartOptions<Installation>): Promise<RunningLedgerProcess> {
  return startLedgerProcess({
    ...options,
    open: (onTrouble) => openPostgresLedger(options.config, options.installation, onTrouble),
  });
}

/** One ledger of several, on Kafka and Redis. */
export function startDistributedLedger(options: StartOptions<DistributedInstallation>): Promise<RunningLedgerProcess> {
  const { config, installation } = options;
  const open = (onTrouble: (what: string, error: unknown) => void) =>
    openDistributedLedger({ ...config, ...installation }, onTrouble);
  return startLedgerProcess({ ...options, open });
}

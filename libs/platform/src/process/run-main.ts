import type { Config } from '../config/config.js';
import type { TlsClient } from '../config/secure-links.js';
import type { Peppers } from '../digests.js';
import { OperatorError } from './operator-error.js';

export interface Installation extends Peppers {
  readonly databaseUrl: string;
  readonly kek: Uint8Array;
  readonly otherKeks: readonly Uint8Array[];
}

/** What every process on an outside database must be given. */
export const INSTALLATION_SETTINGS = ['DATABASE_URL', 'KEYBRAKE_PEPPER', 'KEYBRAKE_KEK'] as const;
export const DISTRIBUTED_SETTINGS = [...INSTALLATION_SETTINGS, 'REDIS_URL', 'KAFKA_BROKERS'] as const;

export interface DistributedInstallation extends Installation {
  readonly redisUrl: string;
  readonly redisTls: TlsClient | undefined;
}

export function requireDistributed(config: Config): DistributedInstallation {
  const { redisUrl, redisTls } = config;
  if (redisUrl === undefined || config.kafka.brokers.length === 0) {
    throw new Error('REDIS_URL and KAFKA_BROKERS must be set');
  }
  return { ...requireInstallation(config), redisUrl, redisTls };
}

/** The settings that a process on an outside database must be given. `loadConfig` has named what is missing before. */
export function requireInstallation({ databaseUrl, pepper, newerPeppers, kek, otherKeks }: Config): Installation {
  if (databaseUrl === undefined || pepper === undefined || kek === undefined) {
    throw new Error('DATABASE_URL, KEYBRAKE_PEPPER and KEYBRAKE_KEK must be set');
  }
  return { databaseUrl, pepper, newerPeppers, kek, otherKeks };
}

/** Runs a process's start. What goes wrong there is for the person who started it: a sentence, not a stack. */
export async function runMain(name: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${name}: ${told(error)}\n`);
    process.exit(1);
  }
}

function told(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

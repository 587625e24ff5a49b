import type { Config } from '../config/config.js';

export interface Installation {
  readonly databaseUrl: string;
  readonly pepper: Uint8Array;
  readonly kek: Uint8Array;
}

/** The settings that a process on an outside database must be given. `loadConfig` has named what is missing before. */
export function requireInstallation({ databaseUrl, pepper, kek }: Config): Installation {
  if (databaseUrl === undefined || pepper === undefined || kek === undefined) {
    throw new Error('DATABASE_URL, KEYBRAKE_PEPPER and KEYBRAKE_KEK must be set');
  }
  return { databaseUrl, pepper, kek };
}

/** Runs a process's start. What goes wrong there is for the person who started it: a sentence, not a stack. */
export async function runMain(name: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const expected = error instanceof Error && ['ConfigError', 'PortTaken'].includes(error.name);
    const told = error instanceof Error && !expected ? (error.stack ?? error.message) : errorText(error);
    process.stderr.write(`${name}: ${told}\n`);
    process.exit(1);
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { chown, mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { claimFolder } from '../process/folder-claim.js';
import { freePort } from '../process/free-port.js';
import { OperatorError } from '../process/operator-error.js';
import { type PostgresBinaries, postgresBinaries } from './binaries.js';
import { databaseUser } from './database-user.js';
import { dataFolder, initialise, passwordFile, SUPERUSER } from './initialise.js';
import { stopOrphan } from './orphan.js';
import { type ServerCommand, type ServerProcess, ServerStartFailure, startServer } from './server-process.js';

export interface EmbeddedPostgresOptions {
  /** Holds the data, the password, the log and nothing else. Made if absent; kept between starts. */
  readonly folder: string;
  /** On 127.0.0.1; a free one when undefined. */
  readonly port?: number | undefined;
  readonly onProgress?: (message: string) => void;
  /** Server settings beside the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres extends ServerProcess {
  readonly url: string;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  lc_messages: 'C',
  log_min_messages: 'warning',
  log_timezone: 'UTC',
  timezone: 'UTC',
  jit: 'off',
};
const RETRY_WAIT_MS = 250;
const ATTEMPTS_MAX = 40;

/**
 * A real PostgreSQL from npm on a loopback port. As root it runs under another user. After a kill of everything, a
 * start stops what is left of the old server and recovers its data. Throws when another live process uses the folder.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const onProgress = options.onProgress ?? (() => undefined);
  await mkdir(options.folder, { recursive: true });
  const folder = await realpath(options.folder);
  const claim = await claimFolder(folder, { onProgress });
  try {
    const server = await startIn(folder, { ...options, onProgress });
    return { ...server, stop: () => server.stop().finally(() => claim.release()) };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function startIn(
  folder: string,
  options: EmbeddedPostgresOptions & Required<Pick<EmbeddedPostgresOptions, 'onProgress'>>,
): Promise<EmbeddedPostgres> {
  const binaries = await postgresBinaries();
  const data = dataFolder(folder);
  const user = databaseUser(data);
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  await stopOrphan(data, options.onProgress);
  await ensureData(binaries, folder, options.onProgress);
  const password = await readPassword(folder);
  const settings = { ...SETTINGS, ...options.settings };
  const command = { postgres: binaries.postgres, data, logFile: join(folder, 'server.log'), user, settings };
  const { server, port } = await startPersistently(command, options.port);
  return { ...server, url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres` };
}

async function ensureData(
  binaries: PostgresBinaries,
  folder: string,
  onProgress: (message: string) => void,
): Promise<void> {
  const version = join(dataFolder(folder), 'PG_VERSION');
  const exists = await readFile(version).then(
    () => true,
    () => false,
  );
  if (exists) return;
  onProgress('making a new database');
  await initialise(binaries.initdb, folder, databaseUser(dataFolder(folder)));
}

async function readPassword(folder: string): Promise<string> {
  const file = passwordFile(folder);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new OperatorError(
      `${file} can't be read, and without it nobody gets into the database beside it: restore it`,
      {
        cause: error,
      },
    );
  }
}

async function startPersistently(
  command: Omit<ServerCommand, 'port'>,
  fixedPort: number | undefined,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = fixedPort ?? (await freePort());
    try {
      return { server: await startServer({ ...command, port }), port };
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !goesAway(error, fixedPort)) throw error;
      await wait(RETRY_WAIT_MS);
    }
  }
}

/** Some reasons not to start do: the last processes of a killed server, or a port taken since it was found free. */
function goesAway(error: unknown, fixedPort: number | undefined): boolean {
  if (!(error instanceof ServerStartFailure)) return false;
  if (error.log.includes('is still in use')) return true;
  if (!error.log.includes('Address already in use')) return false;
  if (fixedPort === undefined) return true;
  throw new OperatorError(`port ${fixedPort} is taken: stop what uses it, or set KEYBRAKE_POSTGRES_PORT to a free one`);
}

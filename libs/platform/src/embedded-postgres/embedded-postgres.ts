import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { DATABASE_UID, runAsDatabaseUser, runToEnd } from './database-user.js';
import { postgresBinaries } from './postgres-binaries.js';
import { stopOrphan } from './postgres-orphan.js';

export interface EmbeddedPostgresOptions {
  /** Holds the data, the password and nothing else. Made if absent; kept between starts. */
  readonly folder: string;
  readonly onProgress?: (message: string) => void;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly pid: number;
  /** Fast shutdown: open transactions are rolled back, what was committed is on disk. */
  stop(): Promise<void>;
  /** Resolves with the exit code when the server ends, wanted or not. */
  readonly exited: Promise<number | null>;
}

const USER = 'keybrake';
const READY = 'database system is ready to accept connections';
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '120',
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

/**
 * A real PostgreSQL from npm, on a free loopback port. As root it runs under another user, since PostgreSQL refuses to
 * run as root. After a kill of everything, a start stops what is left of the old server and recovers its data.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const progress = options.onProgress ?? (() => undefined);
  const folder = resolve(options.folder);
  const data = join(folder, 'data');
  const binaries = postgresBinaries();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (DATABASE_UID !== undefined) await chown(folder, DATABASE_UID, DATABASE_UID);
  if (!(await exists(join(data, 'PG_VERSION')))) {
    progress('making a new database');
    await initialise(binaries.initdb, folder, data);
  } else {
    await stopOrphan(data, progress);
  }
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
  const port = await freePort();
  const server = await launch(binaries.postgres, data, port);
  return { ...server, url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres` };
}

async function initialise(initdb: string, folder: string, data: string): Promise<void> {
  // What is left of a first start that was cut off holds nothing yet.
  await rm(data, { recursive: true, force: true });
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (DATABASE_UID !== undefined) await chown(passwordFile, DATABASE_UID, DATABASE_UID);
  const settings = [
    '-U',
    USER,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const command = runAsDatabaseUser(initdb, ['-D', data, ...settings], folder);
  await runToEnd(command, 'initdb');
}

async function launch(postgres: string, data: string, port: number): Promise<Omit<EmbeddedPostgres, 'url'>> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = runAsDatabaseUser(postgres, ['-D', data, '-p', String(port), ...settings], data);
  // Its own process group: Ctrl-C in the terminal must not end the database before those who still write to it.
  const child = spawn(command.file, command.args, {
    ...command.options,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  let lastLines = '';
  await new Promise<void>((ready, failed) => {
    child.once('error', failed);
    child.stderr.on('data', (chunk: Buffer) => {
      lastLines = (lastLines + chunk.toString()).slice(-2_000);
      if (lastLines.includes(READY)) ready();
    });
    void exited.then((code) => failed(new Error(`PostgreSQL ended with code ${code} while starting:\n${lastLines}`)));
  });
  const stop = async () => {
    child.kill('SIGINT');
    await exited;
  };
  return { pid: child.pid as number, stop, exited };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { asDatabaseUser, type DatabaseUser } from './database-user.js';

export interface ServerCommand {
  readonly postgres: string;
  readonly data: string;
  readonly logFile: string;
  readonly port: number;
  readonly user: DatabaseUser | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the server ends, wanted or not. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

/** The server ended before it accepted connections; `log` is what it said. */
export class ServerStartFailure extends Error {
  override readonly name = 'ServerStartFailure';
  readonly log: string;

  constructor(log: string) {
    super(`PostgreSQL did not start:\n${log}`);
    this.log = log;
  }
}

const READY_WAIT_MS = 60_000;
const FAST_STOP_WAIT_MS = 20_000;
const POLL_MS = 15;

/** Resolves when it accepts connections, recovery from a crash included. */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const settings = Object.entries(command.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', command.data, '-p', String(command.port), ...settings];
  const { file, args: fullArgs, options } = asDatabaseUser(command.user, command.postgres, args, command.data);
  // A file, not a pipe: the server must be able to write on when we were killed.
  const log = await open(command.logFile, 'w', 0o600);
  // Its own process group: Ctrl-C in a terminal must not end the database before those who still write to it.
  const child = spawn(file, fullArgs, { ...options, stdio: ['ignore', log.fd, log.fd], detached: true });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  await new Promise<void>((spawned, failed) => child.once('spawn', spawned).once('error', failed)).finally(() =>
    log.close(),
  );
  await untilReady(child, command);
  const endWithUs = () => child.kill('SIGINT');
  process.once('exit', endWithUs);
  void exited.then(() => process.removeListener('exit', endWithUs));
  return { pid: child.pid as number, exited, stop: () => stop(child, exited) };
}

/** The server writes its state as line 8 of its lock file, in any language. */
async function untilReady(child: ChildProcess, command: ServerCommand): Promise<void> {
  const giveUpAtMs = Date.now() + READY_WAIT_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new ServerStartFailure((await readFile(command.logFile, 'utf8')).slice(-2_000));
    const lines = (await readFile(join(command.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return;
    if (Date.now() > giveUpAtMs) {
      child.kill('SIGINT');
      throw new Error(`PostgreSQL is not ready after ${READY_WAIT_MS / 1000} s; see ${command.logFile}`);
    }
    await wait(POLL_MS);
  }
}

/** Fast shutdown: open transactions are rolled back, what was committed stays. Immediate when that takes too long. */
async function stop(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGQUIT'), FAST_STOP_WAIT_MS);
  await exited.finally(() => clearTimeout(timer));
}

import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { OperatorError } from '../process/operator-error.js';
import { processArguments } from '../process/process-identity.js';

const STOP_WAIT_MS = 20_000;
const POLL_MS = 20;

/**
 * A start that was killed leaves its PostgreSQL running, or a stale lock file. Stops the one, after making sure that the
 * process really is a PostgreSQL on this folder, and removes the other: its pid may be another program's by now.
 */
export async function stopOrphan(dataFolder: string, onProgress: (message: string) => void): Promise<void> {
  const lockFile = join(dataFolder, 'postmaster.pid');
  const pid = await pidIn(lockFile);
  if (pid === undefined) return;
  if (!(await isPostgresOn(pid, dataFolder))) return rm(lockFile, { force: true });
  onProgress(`stopping the database that an earlier start left behind (process ${pid})`);
  process.kill(pid, 'SIGINT');
  const giveUpAtMs = Date.now() + STOP_WAIT_MS;
  while (await isPostgresOn(pid, dataFolder)) {
    if (Date.now() > giveUpAtMs)
      throw new OperatorError(
        `the database of an earlier start (process ${pid}) does not stop; end it, then start again`,
      );
    await wait(POLL_MS);
  }
}

async function pidIn(lockFile: string): Promise<number | undefined> {
  const text = await readFile(lockFile, 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}

async function isPostgresOn(pid: number, dataFolder: string): Promise<boolean> {
  const [program, ...args] = await processArguments(pid);
  return program !== undefined && basename(program) === 'postgres' && args[args.indexOf('-D') + 1] === dataFolder;
}

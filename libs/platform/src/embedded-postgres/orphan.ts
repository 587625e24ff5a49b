import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const STOP_WAIT_MS = 20_000;
const POLL_MS = 50;

/**
 * A start that was killed leaves its PostgreSQL running, or a stale lock file. Ends the one, after making sure that the
 * process really is a PostgreSQL on this folder, and removes the other.
 */
export async function stopOrphan(dataFolder: string, onProgress: (message: string) => void): Promise<void> {
  const lockFile = join(dataFolder, 'postmaster.pid');
  const pid = await pidIn(lockFile);
  if (pid === undefined) return;
  if (!(await isPostgresOn(pid, dataFolder))) {
    await rm(lockFile, { force: true });
    return;
  }
  onProgress(`stopping the database that an earlier start left behind (pid ${pid})`);
  process.kill(pid, 'SIGINT');
  const giveUpAtMs = Date.now() + STOP_WAIT_MS;
  while (await isPostgresOn(pid, dataFolder)) {
    if (Date.now() > giveUpAtMs)
      throw new Error(`the database of an earlier start (pid ${pid}) does not stop; end it and start again`);
    await wait(POLL_MS);
  }
}

async function pidIn(lockFile: string): Promise<number | undefined> {
  const text = await readFile(lockFile, 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}

async function isPostgresOn(pid: number, dataFolder: string): Promise<boolean> {
  // A pid may have been given to another program since.
  const command = await run('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
  );
  return command.includes('postgres') && command.includes(dataFolder);
}

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A text that no other process has, now or later, on this machine: pids are given out again, start times are not.
 * Undefined when nothing runs under the pid.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return psColumn(pid, 'lstart');
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The name in parentheses may hold spaces; the state is field 3, the start time in ticks since boot field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z';
    return isZombie ? undefined : `${bootId.trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The arguments a process was started with, its program first; empty when it is gone. */
export async function processArguments(pid: number): Promise<readonly string[]> {
  if (process.platform !== 'linux') return (await psColumn(pid, 'args'))?.split(' ') ?? [];
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').slice(0, -1);
}

async function psColumn(pid: number, column: string): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-p', String(pid), '-o', `${column}=`]).catch(() => ({ stdout: '' }));
  return stdout.trim() || undefined;
}

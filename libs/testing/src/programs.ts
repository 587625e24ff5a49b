import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface ProgramOptions {
  readonly name: string;
  /** Debian's package that has it. */
  readonly debianPackage: string;
  /** What to do where neither works. */
  readonly advice: string;
  /** Whether the program at this path will do, for instance by its version; any will when left out. */
  readonly accepts?: (file: string) => boolean;
}

/** Debian puts servers where an ordinary user's PATH does not look. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

function onPath(name: string, accepts: (file: string) => boolean = () => true): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file) && accepts(file));
}

/** The program's path; installed by apt-get where it is missing and we may. Throws with what to install. */
export function requireProgram({ name, debianPackage, advice, accepts }: ProgramOptions): string {
  const found = onPath(name, accepts);
  if (found !== undefined) return found;
  const apt = onPath('apt-get');
  if (apt !== undefined && process.getuid?.() === 0) {
    process.stdout.write(`keybrake: no ${name} that will do: apt-get install ${debianPackage}\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync(apt, ['update', '-qq'], { env, stdio: 'ignore' });
    spawnSync(apt, ['install', '-y', '-qq', '--no-install-recommends', debianPackage], { env, stdio: 'ignore' });
    const installed = onPath(name, accepts);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    `${name} is needed and none was found that will do: install the package ${debianPackage}, or ${advice}`,
  );
}

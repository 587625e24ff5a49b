import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireProgram } from '@keybrake/testing/programs';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));
/** The oldest that the pinned packages take. */
const MINOR_MIN = 11;
const INSTALL_TIMEOUT_MS = 300_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The SDKs and Haystack. */
export const requirePython = (): Promise<string> =>
  pythonWith('the Python SDKs of the tests', 'test/sdks/python/requirements.txt', 'python');

/**
 * A Python with the packages of a requirements file, in a virtual environment of this checkout that is made once for
 * each state of that file. Throws with what to install where there is no Python to make it with.
 */
export async function pythonWith(what: string, requirements: string, folderName: string): Promise<string> {
  const requirementsFile = join(root, requirements);
  const base = basePython();
  const wanted = createHash('sha256')
    .update(`${base}\n${version(base)}\n${await readFile(requirementsFile, 'utf8')}`)
    .digest('hex');
  const folder = join(cache, folderName);
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return python;
  process.stdout.write(`keybrake: installing ${what} into .cache/${folderName}\n`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await run(base, ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
  await run(python, ['-m', 'pip', 'install', '--quiet', '--no-input', '--requirement', requirementsFile], {
    timeout: INSTALL_TIMEOUT_MS,
    env: { ...process.env, PIP_CACHE_DIR: join(cache, 'pip'), PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  });
  await writeFile(stamp, wanted);
  return python;
}

/** By environment, on the PATH, or Debian's own: the first that is new enough and can make virtual environments. */
function basePython(): string {
  const needed = `Python 3.${MINOR_MIN} or newer with venv and pip`;
  const given = process.env.KEYBRAKE_TEST_PYTHON;
  if (given !== undefined && !makesEnvironments(given))
    throw new Error(`KEYBRAKE_TEST_PYTHON=${given} is no ${needed}`);
  if (given !== undefined) return given;
  return requireProgram({
    name: 'python3',
    debianPackage: 'python3-venv',
    advice: `put ${needed} on the PATH as python3, or its path into KEYBRAKE_TEST_PYTHON`,
    accepts: makesEnvironments,
  });
}

function makesEnvironments(python: string): boolean {
  const check = `import ensurepip, sys, venv; sys.exit(sys.version_info < (3, ${MINOR_MIN}))`;
  return spawnSync(python, ['-c', check], { stdio: 'ignore' }).status === 0;
}

function version(python: string): string {
  return spawnSync(python, ['--version'], { encoding: 'utf8' }).stdout;
}

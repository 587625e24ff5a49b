// Plain JavaScript for Node 20, without dependencies: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const localPrograms = join(root, 'node_modules', '.bin');

/** Node 24 from npm, whatever the machine's own version is. */
export const runtimeNode = join(localPrograms, process.platform === 'win32' ? 'node.cmd' : 'node');

function lockedPackages(file) {
  try {
    const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8'));
    return Object.entries(packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);
  } catch {
    return undefined;
  }
}

/**
 * Why an install is needed, or undefined. npm writes its own list of what is installed when it is done, so an install
 * that was cut off counts as none, and packages that a developer added are not installed again.
 */
function staleness() {
  const installed = lockedPackages('node_modules/.package-lock.json');
  if (installed === undefined) return 'nothing is installed yet';
  const versions = new Map(installed.map(([path, entry]) => [path, entry.version]));
  // Packages for other machines are optional and not there.
  const differs = ([path, entry]) =>
    versions.has(path) ? versions.get(path) !== entry.version : !entry.optional && !entry.devOptional;
  if (lockedPackages('package-lock.json').some(differs)) return 'the dependencies have changed';
  return runtimeVersion() === undefined ? 'Node from npm is missing' : undefined;
}

function runtimeVersion() {
  const { status, stdout } = spawnSync(runtimeNode, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Resolves to the exit code; null when a signal ended it. */
export function run(file, args, options = {}) {
  return new Promise((done, failed) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.once('error', failed);
    child.once('exit', (code) => done(code));
  });
}

/** Installs when needed. Throws with what to do when that fails. */
export async function ensureInstalled(say) {
  const reason = staleness();
  if (reason === undefined) return;
  say(`${reason}: running npm ci (a minute or two)`);
  // With what only builds the dashboard, whatever NODE_ENV says.
  // Without our own programs on the PATH: npm must not run under the Node that it is about to replace.
  const PATH = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== localPrograms)
    .join(delimiter);
  // On stderr: the command line client has nothing but data on stdout.
  const stdio = ['ignore', process.stderr, process.stderr];
  const code = await run('npm', ['ci', '--include=dev', '--loglevel=error'], { env: { ...process.env, PATH }, stdio });
  if (code !== 0) throw new Error('npm ci failed; its messages are above. Is the package registry reachable?');
  if (runtimeVersion() === undefined)
    throw new Error(`${runtimeNode} does not run: allow npm's install scripts for the package "node", then try again`);
}

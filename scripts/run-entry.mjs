// Installs and builds what is missing, then runs an entry under Node 24 until it ends. Plain JavaScript for Node 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root, runtimeNode } from './dependencies.mjs';

const PARENT_POLL_MS = 500;
const say = (message) => console.log(`keybrake: ${message}`);

/** Installs and builds what is missing. Resolves to the number of built files; throws with what to do. */
export async function prepare(entry, tell) {
  await ensureInstalled(tell);
  const { build } = await import('./build.mjs');
  const written = await build();
  if (!existsSync(join(root, entry))) throw new Error(`${entry} was not built`);
  return written;
}

/** Passes signals on and ends as the process does. When we are killed it notices by the closed channel, and stops. */
function runUntilItEnds(entry, nodeOptions) {
  const child = spawn(runtimeNode, [...nodeOptions, entry, ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.once('error', (error) => {
    console.error(`keybrake: ${runtimeNode} does not start: ${error.message}`);
    process.exit(1);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

/**
 * npm that is killed takes nobody with it; its end shows as another parent. (The script in package.json says `exec`: a
 * shell between npm and us would keep npm's signals to itself.)
 */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    child.kill('SIGTERM');
  }, PARENT_POLL_MS);
}

export async function runEntry(entry, nodeOptions) {
  try {
    const written = await prepare(entry, say);
    if (written > 0) say(`built ${written} files`);
  } catch (error) {
    console.error(`keybrake: ${error.message}`);
    process.exit(1);
  }
  runUntilItEnds(entry, nodeOptions);
}

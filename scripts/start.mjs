// npm start: install if needed, build if needed, run everything in one process. Plain JavaScript for Node 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root, runtimeNode } from './dependencies.mjs';

const ENTRY = 'apps/gateway/dist/main.embedded.js';
const PARENT_POLL_MS = 500;
const say = (message) => console.log(`keybrake: ${message}`);

async function prepare() {
  await ensureInstalled(say);
  const { build } = await import('./build.mjs');
  const written = await build();
  if (written > 0) say(`built ${written} files`);
  if (!existsSync(join(root, ENTRY))) throw new Error(`${ENTRY} was not built`);
}

// On a large machine V8 lets garbage grow to hundreds of megabytes that the process never needs.
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=4', '--max-old-space-size=256'];

/** Passes signals on and ends as the process does. When we are killed it notices by the closed channel, and stops. */
function runUntilItEnds() {
  const child = spawn(runtimeNode, [...NODE_OPTIONS, ENTRY, ...process.argv.slice(2)], {
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

try {
  await prepare();
} catch (error) {
  console.error(`keybrake: ${error.message}`);
  process.exit(1);
}
runUntilItEnds();

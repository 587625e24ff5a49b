#!/usr/bin/env node
// `npx keybrake`: builds what is missing, then runs under Node 24. Plain JavaScript for Node 20; says nothing on stdout.
import { spawn } from 'node:child_process';
import { runtimeNode } from '../../../scripts/dependencies.mjs';
import { prepare } from '../../../scripts/run-entry.mjs';

const RUNTIME_MAJOR = 24;
const ENTRY = 'apps/cli/dist/main.js';
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// A shell asks at each press of the tab key, and shows what it is told: never the messages of a build.
const completes = process.argv.includes('--get-yargs-completions');
const say = (message) => process.stderr.write(`keybrake: ${message}\n`);

async function runHere() {
  await import('../dist/main.js');
}

function runUnder24() {
  const entry = new URL('../dist/main.js', import.meta.url);
  const child = spawn(runtimeNode, [entry.pathname, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    say(`${runtimeNode} does not start: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

try {
  if (!completes) await prepare(ENTRY, say);
} catch (error) {
  say(error.message);
  process.exit(1);
}
if (Number(process.versions.node.split('.')[0]) >= RUNTIME_MAJOR) await runHere();
else runUnder24();

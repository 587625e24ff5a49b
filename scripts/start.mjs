// npm start: install if needed, build if needed, run everything in one process. Plain JavaScript for Node 20.
import { runEntry } from './run-entry.mjs';

// On a large machine V8 lets garbage grow to hundreds of megabytes that the process never needs.
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=16', '--max-old-space-size=256'];

await runEntry('apps/gateway/dist/main.embedded.js', NODE_OPTIONS);

// npm run cluster: install and build if needed, then run the distributed profile. Plain JavaScript for Node 20.
import { runEntry } from './run-entry.mjs';

await runEntry('scripts/cluster/cluster.ts', []);

import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually, freePort } from '@keybrake/testing/processes';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../.cache/bin', import.meta.url));
const PACKAGE = 'github.com/stripe/stripe-mock@v0.197.0';

export interface StripeMock {
  readonly url: string;
  stop(): Promise<void>;
}

/** Stripe's own mock needs Go to be built; without either, its tests say so instead of passing. */
export function stripeMockAvailable(): boolean {
  return existsSync(join(folder, 'stripe-mock')) || spawnSync('go', ['version']).status === 0;
}

/** Builds it once into `.cache/bin`, and starts it on a free port. */
export async function startStripeMock(): Promise<StripeMock> {
  const program = join(folder, 'stripe-mock');
  if (!existsSync(program)) await run('go', ['install', PACKAGE], { env: { ...process.env, GOBIN: folder } });
  const port = await freePort();
  // It insists on TLS too, at one port for all of its kind unless told otherwise.
  const addresses = ['-http-addr', `127.0.0.1:${port}`, '-https-addr', `127.0.0.1:${await freePort()}`];
  const child = spawn(program, addresses, { stdio: 'ignore' });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    'stripe-mock to answer',
    () =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    (answers) => answers,
  );
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { url, stop };
}

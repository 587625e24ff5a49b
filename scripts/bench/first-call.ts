import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@keybrake/testing/processes';

const GIVE_UP_MS = 60_000;

export interface FirstCall {
  readonly seconds: number;
  readonly residentMegabytes: number;
}

/** `npm start` on an empty data folder, dependencies installed: seconds to the first governed charge, memory afterwards. */
export async function timeToFirstCall(): Promise<FirstCall> {
  const folder = await mkdtemp(join(tmpdir(), 'keybrake-start-'));
  const env = {
    ...process.env,
    KEYBRAKE_DATA_DIR: folder,
    KEYBRAKE_GATEWAY_PORT: String(await freePort()),
    KEYBRAKE_ADMIN_PORT: String(await freePort()),
    KEYBRAKE_LEDGER_PORT: String(await freePort()),
    KEYBRAKE_SIMULATOR_PORT: String(await freePort()),
  };
  const startedAtMs = performance.now();
  const child = spawn('npm', ['start'], { env, stdio: 'ignore' });
  try {
    while (!(await charged(folder))) {
      if (performance.now() - startedAtMs > GIVE_UP_MS) throw new Error('npm start made no governed call possible');
      await wait(25);
    }
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return { seconds, residentMegabytes: await residentMegabytes(env.KEYBRAKE_GATEWAY_PORT) };
  } finally {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
  }
}

async function charged(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'demo.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const demo = JSON.parse(text) as { gatewayUrl: string; providers: { stripe: { vaultKey: string } } };
  const response = await fetch(`${demo.gatewayUrl}/v1/charges`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.providers.stripe.vaultKey}` },
    body: new URLSearchParams({ amount: '100', currency: 'usd', source: 'tok_visa' }),
  }).catch(() => undefined);
  return response?.status === 200;
}

async function residentMegabytes(port: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith('process_resident_memory_bytes'));
  return Number(line?.split(' ').at(-1)) / 1_048_576;
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await exited;
}

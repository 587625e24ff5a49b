import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBaseUrl } from './connection.js';

/** A Keybrake that was started on this machine. */
export interface LocalKeybrake {
  readonly url: string;
  readonly token: string;
  readonly gatewayUrl: string;
}

/** Written by `npm run cluster` and `npm start`. */
const FILES = ['cluster.json', 'demo.json'];

/** The one that answers; else the first that left its file. */
export async function findLocal(dataDir: string): Promise<LocalKeybrake | undefined> {
  const found = (await Promise.all(FILES.map((name) => read(join(dataDir, name))))).filter((one) => one !== undefined);
  const answering = await Promise.all(found.map(({ url }) => answers(url)));
  return found[answering.indexOf(true)] ?? found[0];
}

async function read(file: string): Promise<LocalKeybrake | undefined> {
  try {
    const { adminUrl, adminToken, gatewayUrl } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    if (typeof adminUrl !== 'string' || typeof adminToken !== 'string' || typeof gatewayUrl !== 'string')
      return undefined;
    return { url: parseBaseUrl(adminUrl), token: adminToken, gatewayUrl: parseBaseUrl(gatewayUrl) };
  } catch {
    return undefined;
  }
}

const ANSWER_TIMEOUT_MS = 2_000;

function answers(url: string): Promise<boolean> {
  return fetch(`${url}/livez`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

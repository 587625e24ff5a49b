import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { OperatorError } from './operator-error.js';
import { processIdentity } from './process-identity.js';

interface Owner {
  readonly pid: number;
  readonly identity: string | undefined;
}

export interface FolderClaim {
  release(): Promise<void>;
}

export interface FolderClaimOptions {
  /** How long a process that is just stopping may take; default 10 s. */
  readonly waitMs?: number;
  readonly onProgress?: (message: string) => void;
}

const POLL_MS = 100;
const SETTLE_MS = 30;

/**
 * Makes this process the folder's only user. A claim of a process that is gone is void, so a kill leaves nothing to
 * clean up. Throws when another process keeps the folder.
 */
export async function claimFolder(folder: string, options: FolderClaimOptions = {}): Promise<FolderClaim> {
  const file = join(folder, 'owner.json');
  const self: Owner = { pid: process.pid, identity: await processIdentity(process.pid) };
  const giveUpAtMs = Date.now() + (options.waitMs ?? 10_000);
  let told = false;
  for (;;) {
    const owner = await liveOwner(file);
    if (owner === undefined && (await claim(file, self))) return { release: () => release(file, self) };
    if (owner === undefined) continue;
    if (Date.now() > giveUpAtMs) throw inUse(folder, owner);
    if (!told) options.onProgress?.(`waiting for process ${owner.pid}, which still uses ${folder}`);
    told = true;
    await wait(POLL_MS);
  }
}

async function liveOwner(file: string): Promise<Owner | undefined> {
  const owner = await readOwner(file);
  if (owner === undefined) return undefined;
  const identity = await processIdentity(owner.pid);
  return identity !== undefined && identity === owner.identity ? owner : undefined;
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** Two starts at the same moment both write; the later rename wins, and the other sees it. */
async function claim(file: string, self: Owner): Promise<boolean> {
  const draft = `${file}.${self.pid}`;
  await writeFile(draft, JSON.stringify(self), { mode: 0o600 });
  await rename(draft, file);
  await wait(SETTLE_MS);
  return (await readOwner(file))?.pid === self.pid;
}

async function release(file: string, self: Owner): Promise<void> {
  if ((await readOwner(file))?.pid === self.pid) await rm(file, { force: true });
}

function inUse(folder: string, owner: Owner): OperatorError {
  return new OperatorError(
    `Keybrake already runs on ${folder} (process ${owner.pid}). ` +
      'Stop it first, or set KEYBRAKE_DATA_DIR to another folder.',
  );
}

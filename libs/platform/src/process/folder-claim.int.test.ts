import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimFolder } from './folder-claim.js';
import { processIdentity } from './process-identity.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-claim-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function claimedByOther() {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  await once(other, 'spawn');
  const pid = other.pid as number;
  await writeFile(join(folder, 'owner.json'), JSON.stringify({ pid, identity: await processIdentity(pid) }));
  return { pid, kill: () => other.kill('SIGKILL') };
}

test('refuses a folder that another process uses, and says which', async () => {
  const other = await claimedByOther();
  await expect(claimFolder(folder, { waitMs: 200 })).rejects.toThrow(
    `Keybrake already runs on ${folder} (process ${other.pid}). Stop it first, or set KEYBRAKE_DATA_DIR`,
  );
  other.kill();
});

test('waits for a process that is stopping', async () => {
  const other = await claimedByOther();
  const messages: string[] = [];
  const claim = await claimFolder(folder, {
    onProgress: (message) => {
      messages.push(message);
      other.kill();
    },
  });
  expect(messages).toEqual([`waiting for process ${other.pid}, which still uses ${folder}`]);
  await claim.release();
  expect(await readdir(folder)).toEqual([]);
});

test('takes over from a process that is gone, even when its pid runs something else by now', async () => {
  await writeFile(join(folder, 'owner.json'), JSON.stringify({ pid: process.pid, identity: 'of an earlier boot' }));
  await expect(claimFolder(folder, { waitMs: 0 })).resolves.toBeDefined();
});

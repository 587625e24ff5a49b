import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asDatabaseUser, type Command, type DatabaseUser } from './database-user.js';

export const SUPERUSER = 'keybrake';
export const passwordFile = (folder: string): string => join(folder, 'password');
export const dataFolder = (folder: string): string => join(folder, 'data');

/** Makes an empty database below `folder`, whole or not at all: it gets its final name last. */
export async function initialise(initdb: string, folder: string, user: DatabaseUser | undefined): Promise<void> {
  const draft = join(folder, 'data.incomplete');
  await rm(draft, { recursive: true, force: true, maxRetries: 10 });
  const password = passwordFile(folder);
  await writeFile(password, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (user !== undefined) await chown(password, user.uid, user.gid);
  const settings = ['--username', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${password}`, '--encoding=UTF8'];
  const args = ['--pgdata', draft, ...settings, '--locale=C', '--no-instructions'];
  await runToEnd(asDatabaseUser(user, initdb, args, folder));
  await rename(draft, dataFolder(folder));
}

async function runToEnd(command: Command): Promise<void> {
  const child = spawn(command.file, command.args, { ...command.options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  if (code !== 0) throw new Error(`making the database failed (initdb ended with ${code}):\n${output}`);
}

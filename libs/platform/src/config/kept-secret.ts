import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret of this installation: made at the first start, kept in a file that only its owner may read. */
export async function keptSecret(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  const made = `${randomBytes(32).toString('base64')}\n`;
  try {
    await writeFile(file, made, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}

import { chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In the folder of a server that may run under another user, and as that user's own. */
export async function writeOwned(folder: string, name: string, text: string): Promise<void> {
  const file = join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  const { uid, gid } = await stat(folder);
  await chown(file, uid, gid);
}

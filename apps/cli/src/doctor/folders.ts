import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, ok, reasonOf, skipped, warn } from './finding.js';

const FOR_OTHERS = 0o077;
const SECRETS = ['demo.json', 'cluster.json', 'pepper', 'kek'];

/** Who may read what `npm start` keeps. */
export async function checkDataDir(folder: string): Promise<Finding> {
  try {
    const names = (await readdir(folder)).filter((name) => SECRETS.includes(name));
    const open: string[] = [];
    for (const name of names) {
      if (((await stat(join(folder, name))).mode & FOR_OTHERS) !== 0) open.push(join(folder, name));
    }
    if (open.length > 0)
      return warn('data folder', `others may read ${open.join(', ')}`, `chmod 600 ${open.join(' ')}`);
    return ok('data folder', `${folder}: its ${names.length} files of secrets are its owner's alone`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return skipped('data folder', `${folder} is not there: npm start makes it`);
    }
    return warn(
      'data folder',
      reasonOf(error),
      'run doctor as the user who runs Keybrake, or correct KEYBRAKE_DATA_DIR',
    );
  }
}

/** Who may read the token that `init` has kept. */
export async function checkTokenFile(file: string | undefined): Promise<readonly Finding[]> {
  if (file === undefined) return [];
  try {
    const { mode } = await stat(file);
    if ((mode & FOR_OTHERS) === 0) return [ok('token file', `${file} is its owner's alone`)];
    return [warn('token file', `others may read ${file}`, `chmod 600 ${file}`)];
  } catch (error) {
    return [warn('token file', reasonOf(error), 'run keybrake init again')];
  }
}

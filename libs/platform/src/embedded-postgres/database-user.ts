import type { SpawnOptions } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../process/operator-error.js';

/** PostgreSQL refuses to run as root. Undefined: it runs as our own user. */
export interface DatabaseUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

/** Present on every Unix; initdb wants a user that has a name. */
const NOBODY: DatabaseUser = { uid: 65_534, gid: 65_534 };
const SETPRIV = '/usr/bin/setpriv';

/** Data that is there keeps its owner; new data gets ours, or `nobody` when we are root. */
export function databaseUser(dataFolder: string): DatabaseUser | undefined {
  const owner = existsSync(dataFolder) ? statSync(dataFolder) : undefined;
  const ownUid = process.getuid?.();
  if (ownUid === 0) return owner === undefined || owner.uid === 0 ? NOBODY : { uid: owner.uid, gid: owner.gid };
  if (owner === undefined || owner.uid === ownUid) return undefined;
  throw new OperatorError(
    `${dataFolder} belongs to another user (uid ${owner.uid}), probably since it was made as root. Start as root ` +
      'again, or set KEYBRAKE_DATA_DIR to another folder.',
  );
}

/** The command as the database's user; `folder` is what it works in. */
export function asDatabaseUser(
  user: DatabaseUser | undefined,
  file: string,
  args: readonly string[],
  folder: string,
): Command {
  if (user === undefined) return { file, args, options: { cwd: folder } };
  const { uid, gid } = user;
  const closed = [file, folder].map((path) => closedParent(path, uid)).find((parent) => parent !== undefined);
  if (closed === undefined) return { file, args, options: { uid, gid, cwd: '/' } };
  // A checkout below a private folder, such as /root: another user can't even reach the program. It keeps one
  // capability of root, to pass through folders.
  if (!existsSync(SETPRIV)) {
    throw new OperatorError(
      `PostgreSQL does not run as root, and other users may not enter ${closed}. Open the folder ` +
        `(chmod o+x ${closed}), move the checkout, start as another user, or set DATABASE_URL.`,
    );
  }
  const capabilities = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override'];
  // initdb asks with access(2), which sets a user's capabilities aside unless this bit is on.
  const bits = '--securebits=+no_setuid_fixup';
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return { file: SETPRIV, args: [...identity, ...capabilities, bits, '--', file, ...args], options: { cwd: '/' } };
}

/** The nearest folder above the path that the user may not enter. */
function closedParent(path: string, uid: number): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const { mode, uid: owner } = statSync(folder);
    if ((mode & (owner === uid ? 0o100 : 0o001)) === 0) return folder;
  }
  return undefined;
}

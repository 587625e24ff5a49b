import { type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The user that runs the database when we are root: `nobody`, present on every Unix. Undefined: our own user will do. */
export const DATABASE_UID = process.getuid?.() === 0 ? 65_534 : undefined;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

const SETPRIV = '/usr/bin/setpriv';

/** The command as the database's user. `folder` is what it works in. */
export function runAsDatabaseUser(file: string, args: readonly string[], folder: string): Command {
  if (DATABASE_UID === undefined) return { file, args, options: {} };
  const closed = [file, folder].map(closedParent).find((parent) => parent !== undefined);
  if (closed === undefined) return { file, args, options: { uid: DATABASE_UID, gid: DATABASE_UID, cwd: '/' } };
  // A checkout below a private folder (/root, a temporary folder of mode 0700): another user can't even reach the
  // program. It keeps one capability of root, to pass through folders.
  if (!existsSync(SETPRIV)) {
    throw new Error(
      `PostgreSQL does not run as root, and other users may not enter ${closed}. Move the checkout, ` +
        `open the folder (chmod o+x ${closed}), start as another user, or set DATABASE_URL.`,
    );
  }
  const caps = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override'];
  const user = [`--reuid=${DATABASE_UID}`, `--regid=${DATABASE_UID}`, '--clear-groups'];
  return { file: SETPRIV, args: [...user, ...caps, '--', file, ...args], options: { cwd: '/' } };
}

/** The nearest folder above the path that a stranger may not enter. */
function closedParent(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return folder;
  }
  return undefined;
}

/** Runs a command; its output is part of the error when it fails. */
export async function runToEnd(command: Command, name: string): Promise<void> {
  accessSync(command.file, constants.X_OK);
  const child = spawn(command.file, command.args, { ...command.options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('exit', done);
  });
  if (code !== 0) throw new Error(`${name} failed with code ${code}:\n${output}`);
}

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@keybrake/platform';
import { createPool, migrate } from '@keybrake/storage';
import { createTemplateDatabase } from '@keybrake/testing/postgres';
import { freePort } from '@keybrake/testing/processes';
import { writeOwned } from './server-files.ts';

/** What an online backup asks of the server: the log of changes from its beginning on must be there at its end. */
const BACKED_UP = { wal_level: 'replica', wal_keep_size: '1GB' };

/** A PostgreSQL that a test may stop and start again, back up and restore, on one port. */
export class OwnPostgres {
  readonly #folder: string;
  readonly #port: number;
  #server: EmbeddedPostgres;

  private constructor(folder: string, port: number, server: EmbeddedPostgres) {
    this.#folder = folder;
    this.#port = port;
    this.#server = server;
  }

  static async start(): Promise<OwnPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-own-'));
    const port = await freePort();
    const server = await startEmbeddedPostgres({ folder, port, settings: BACKED_UP });
    await createTemplateDatabase(server.url, migrate);
    return new OwnPostgres(folder, port, server);
  }

  get url(): string {
    return this.#server.url;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async startAgain(): Promise<void> {
    this.#server = await startEmbeddedPostgres({ folder: this.#folder, port: this.#port, settings: BACKED_UP });
  }

  /** A base backup of the running server, as pg_basebackup makes it; the files may be restored any number of times. */
  async backUp(): Promise<string> {
    const copy = join(this.#folder, 'backup');
    const onIdleError = () => undefined;
    const pool = createPool({ url: this.url, applicationName: 'backup', connectionsMax: 1, onIdleError });
    const client = await pool.connect();
    try {
      await client.query('set statement_timeout = 0');
      await client.query("select pg_backup_start('test', true)");
      await copyFiles(this.#data, copy);
      const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop()');
      await copyFiles(join(this.#data, 'pg_wal'), join(copy, 'pg_wal'));
      await writeOwned(copy, 'backup_label', rows[0]?.labelfile as string);
      await rm(join(copy, 'postmaster.pid'), { force: true });
    } finally {
      client.release();
      await pool.end();
    }
    return copy;
  }

  /** The server is gone, and starts from the backup. */
  async restore(backup: string): Promise<void> {
    await this.#server.stop();
    await rm(this.#data, { recursive: true });
    await copyFiles(backup, this.#data);
    await this.startAgain();
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  async remove(): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** With owners and rights. A file that goes away meanwhile is of no use to a backup. */
async function copyFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  try {
    await promisify(execFile)('cp', ['--archive', `${from}/.`, to]);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const others = stderr.split('\n').filter((line) => line !== '' && !line.endsWith('No such file or directory'));
    if (stderr === '' || others.length > 0) throw error;
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@keybrake/platform';
import { migrate } from '@keybrake/storage';
import { createTemplateDatabase } from '@keybrake/testing/postgres';
import { freePort } from '@keybrake/testing/processes';

/** A PostgreSQL that a test may stop and start again, on one port. */
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
    const server = await startEmbeddedPostgres({ folder, port });
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
    this.#server = await startEmbeddedPostgres({ folder: this.#folder, port: this.#port });
  }

  async remove(): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

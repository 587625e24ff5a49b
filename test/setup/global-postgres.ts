import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@keybrake/platform';
import { migrate } from '@keybrake/storage';
// Not from the index: the suites there import vitest's test API, which only a worker has.
import { createTemplateDatabase } from '@keybrake/testing/postgres';
import type { TestProject } from 'vitest/node';
import { build } from '../../scripts/build.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

const PREFIX = 'keybrake-test-';

/**
 * One real PostgreSQL for the run, with a migrated template that each test file's database is copied from. Tests that
 * start processes run what is built, so that is brought up to date first.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build();
  const server = await testServer();
  try {
    await createTemplateDatabase(server.url, migrate);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('postgresUrl', server.url);
  return server.stop;
}

async function testServer(): Promise<TestServer> {
  const given = process.env.DATABASE_URL_TEST;
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() };
  await removeLeftOvers();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const postgres = await startEmbeddedPostgres({ folder, settings: { max_connections: '200' } });
  const stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: postgres.url, stop };
}

/** Servers of runs that were killed. A start on the folder stops the old server first. */
async function removeLeftOvers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^keybrake-test-(\d+)-/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    await (await startEmbeddedPostgres({ folder })).stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

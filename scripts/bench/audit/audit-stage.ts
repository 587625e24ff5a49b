import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '@keybrake/platform';
import { createPool, migrate, type Pool } from '@keybrake/storage';
import { freePort, ServerProcess } from '@keybrake/testing/processes';
import { openAccount } from '../../../test/harness/account.ts';
import { figureOf } from '../figure.ts';
import { AuditWriter } from './audit-data.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** An admin API on a database of its own, which is full of calls. */
export interface AuditStage {
  readonly url: string;
  /** Of an admin. */
  readonly token: string;
  readonly pool: Pool;
  readonly writer: AuditWriter;
  readonly loadedInSeconds: number;
  /** The newest call started before it. */
  readonly endsAtMs: number;
  /** As many vault keys as the calls have. */
  issueKeys(): Promise<void>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  residentMegabytes(): Promise<number>;
  close(): Promise<void>;
}

export async function openAuditStage(calls: number): Promise<AuditStage> {
  const folder = await mkdtemp(join(tmpdir(), 'keybrake-bench-'));
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres') });
  await migrate(postgres.url);
  const pool = createPool({
    url: postgres.url,
    applicationName: 'bench',
    connectionsMax: 2,
    onIdleError: () => undefined,
  });
  const port = await freePort();
  const env = {
    DATABASE_URL: postgres.url,
    KEYBRAKE_PEPPER: randomBytes(32).toString('base64'),
    KEYBRAKE_KEK: randomBytes(32).toString('base64'),
    KEYBRAKE_ADMIN_PORT: String(port),
  };
  const token = await openAccount(pool, env);
  const endsAtMs = Date.now();
  const writer = new AuditWriter(pool);
  const startedAtMs = performance.now();
  await writer.write(calls, endsAtMs);
  const loadedInSeconds = (performance.now() - startedAtMs) / 1_000;
  await settle(pool);
  const url = `http://127.0.0.1:${port}`;
  const api = await ServerProcess.start({
    name: 'admin-api',
    entry: join(root, 'apps/admin-api/dist/main.postgres.js'),
    env: { ...env, NODE_OPTIONS: '--max-semi-space-size=16 --max-old-space-size=256' },
    readyUrl: `${url}/readyz`,
  });
  return {
    url,
    token,
    pool,
    writer,
    issueKeys: () => issueKeys(url, token),
    loadedInSeconds,
    endsAtMs,
    get: (path, headers = {}) => fetch(url + path, { headers: { authorization: `Bearer ${token}`, ...headers } }),
    residentMegabytes: async () => (await figureOf(url, 'process_resident_memory_bytes')) / 1_048_576,
    close: async () => {
      await api.stop();
      await pool.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As autovacuum would leave it after a while. */
async function settle(pool: Pool): Promise<void> {
  const client = await pool.connect();
  await client.query('set statement_timeout = 0');
  for (const table of ['audit_entries', 'audit_links', 'audit_heads']) {
    await client.query({ text: `vacuum analyze ledger.${table}`, query_timeout: 0 } as { text: string });
  }
  client.release(true);
}

const KEYS = 1_000;

async function issueKeys(url: string, token: string): Promise<void> {
  for (let key = 0; key < KEYS; key += 1) {
    const body = JSON.stringify({
      agentType: `agent${key % 40}`,
      policyId: 'pol_demostripe',
      credentialId: 'cred_demostripe',
      label: `pipeline ${key}`,
    });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/vault-keys`, { method: 'POST', headers, body });
    if (response.status !== 201) throw new Error(`a key was answered ${response.status}: ${await response.text()}`);
  }
}

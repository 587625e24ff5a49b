import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@keybrake/platform';
import { createPool, migrate } from '@keybrake/storage';
import type { TestAuthority } from '@keybrake/testing/certificates';
import { type KafkaProcess, startKafka } from '@keybrake/testing/kafka-process';
import { freePort } from '@keybrake/testing/processes';
import { type RedisProcess, startRedis } from '@keybrake/testing/redis-process';
import { writeOwned } from './server-files.ts';

/** Where the PEM files of a run are. */
export interface PemFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** In `folder`, of one authority; the certificate is good for this machine, as a server's or a client's. */
export async function writePem(folder: string, name: string, authority: TestAuthority): Promise<PemFiles> {
  const { cert, key } = await authority.issue();
  const file = (ending: string) => join(folder, `${name}.${ending}`);
  const files = { ca: file('ca.pem'), cert: file('pem'), key: file('key') };
  await writeFile(files.ca, `${authority.ca}\n`);
  await writeFile(files.cert, `${cert}\n`);
  await writeFile(files.key, `${key}\n`, { mode: 0o600 });
  return files;
}

export interface SecurePostgres {
  /** Without a word of TLS: refused by the server. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A PostgreSQL that takes connections with TLS only, migrated. */
export async function startSecurePostgres(folder: string, authority: TestAuthority): Promise<SecurePostgres> {
  const server = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), port: await freePort() });
  const options = { applicationName: 'test', connectionsMax: 1, onIdleError: () => undefined };
  const pool = createPool({ ...options, url: server.url });
  await migrate(server.url);
  const { rows } = await pool.query<{ data_directory: string }>('show data_directory');
  const data = rows[0]?.data_directory as string;
  const { cert, key } = await authority.issue(['localhost']);
  await writeOwned(data, 'server.crt', cert);
  await writeOwned(data, 'server.key', key);
  await writeOwned(data, 'pg_hba.conf', 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  await pool.query('alter system set ssl = on');
  await pool.query('select pg_reload_conf()');
  await pool.end();
  const url = new URL(server.url);
  url.hostname = 'localhost';
  return { url: url.href, stop: () => server.stop() };
}

/** A Redis that takes connections with TLS, a certificate of the client and a password only. */
export async function startSecureRedis({
  ca,
  cert,
  key,
}: PemFiles): Promise<RedisProcess & { readonly secureUrl: string }> {
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const tls = [
    '--bind',
    '127.0.0.1',
    '127.0.0.2',
    '--port',
    '0',
    '--tls-port',
    String(port),
    '--tls-cert-file',
    cert,
    '--tls-key-file',
    key,
  ];
  const users = ['--user', 'keybrake', 'on', `>${password}`, '~*', '&*', '+@all', '--user', 'default', 'off'];
  const redis = await startRedis({
    port,
    args: [...tls, '--tls-ca-cert-file', ca, '--tls-auth-clients', 'yes', ...users],
  });
  return { ...redis, secureUrl: `rediss://keybrake:${password}@127.0.0.1:${port}` };
}

export const KAFKA_USER = { name: 'keybrake', password: randomBytes(12).toString('hex') };

/** A broker that takes clients with TLS, a certificate of theirs, and SCRAM. */
export function startSecureKafka(pem: PemFiles): Promise<KafkaProcess> {
  return startKafka({ access: { admin: KAFKA_USER, users: [] }, tls: pem });
}

import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { SettingName, Settings } from './settings.js';

/** Whom a link to a server trusts, and who we are on it, in PEM. Without `ca` the authorities that Node knows are trusted. */
export type TlsClient = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

/** What a listener of ours shows to its clients, in PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  /** Looked at again while the process runs; undefined: the certificate came as a value, and stays. */
  readonly files: { readonly cert: string; readonly key: string } | undefined;
}

export function serverCertificate(
  read: Settings,
  env: Readonly<Record<string, string | undefined>>,
): ServerCertificate | undefined {
  const { KEYBRAKE_TLS_CERT: cert, KEYBRAKE_TLS_KEY: key } = read;
  if (cert === undefined || key === undefined) return undefined;
  const { KEYBRAKE_TLS_CERT_FILE: certFile, KEYBRAKE_TLS_KEY_FILE: keyFile } = env;
  const files = certFile && keyFile ? { cert: certFile, key: keyFile } : undefined;
  return Object.freeze({ cert, key, files });
}

/** Undefined: nothing was told, and the address alone says whether there is TLS. */
export function tlsClient(ca?: string, cert?: string, key?: string): TlsClient | undefined {
  const given = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  return Object.keys(given).length === 0 ? undefined : Object.freeze(given);
}

const SSL_MODES = ['disable', 'verify-full'];
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'];

/** Links that would look secure and would not be: each problem with what to set instead. */
export function linkProblems(values: ReadonlyMap<SettingName, string>): string[] {
  return [...databaseProblems(values.get('DATABASE_URL')), ...redisProblems(values), ...kafkaProblems(values)];
}

function databaseProblems(text: string | undefined): string[] {
  if (text === undefined || !URL.canParse(text)) return [];
  const { searchParams } = new URL(text);
  const mode = searchParams.get('sslmode');
  const problems =
    mode === null || SSL_MODES.includes(mode)
      ? []
      : [
          `DATABASE_URL has sslmode=${mode}, by which clients mean different things: set sslmode=verify-full, with ` +
            'sslrootcert=/path/of/ca.pem for an authority of your own, or sslmode=disable',
        ];
  if (mode !== 'verify-full' && SSL_FILES.some((name) => searchParams.has(name)))
    problems.push('DATABASE_URL names certificates: add sslmode=verify-full');
  return [...problems, ...SSL_FILES.flatMap((name) => unreadable(name, searchParams.get(name)))];
}

function unreadable(name: string, file: string | null): string[] {
  if (file === null || file === 'system') return [];
  try {
    readFileSync(file);
    return [];
  } catch (error) {
    return [`DATABASE_URL names ${name}=${file}, which can't be read (${(error as NodeJS.ErrnoException).code})`];
  }
}

function redisProblems(values: ReadonlyMap<SettingName, string>): string[] {
  const isPlain = values.get('REDIS_URL')?.startsWith('redis:') === true;
  const told = (['KEYBRAKE_REDIS_CA', 'KEYBRAKE_REDIS_CERT'] as const).filter((name) => values.has(name));
  return isPlain ? told.map((name) => `${name} is set, and REDIS_URL begins with redis: write rediss: for TLS`) : [];
}

function kafkaProblems(values: ReadonlyMap<SettingName, string>): string[] {
  const isEncrypted = values.get('KEYBRAKE_KAFKA_TLS') === 'true' || values.has('KEYBRAKE_KAFKA_CA');
  if (values.get('KEYBRAKE_KAFKA_SASL') !== 'plain' || isEncrypted) return [];
  return ['KEYBRAKE_KAFKA_SASL is plain, which sends the password as it is: set KEYBRAKE_KAFKA_TLS=true too'];
}

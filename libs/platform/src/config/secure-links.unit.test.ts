import { expect, test } from 'vitest';
import { loadConfig } from './config.js';

const PEM = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----';
const KEY = '-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----';

function problemOf(env: Record<string, string>): string {
  try {
    loadConfig({ env });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('without a word about them, links are plain and addresses say http', () => {
  const config = loadConfig({ env: { KAFKA_BROKERS: 'broker:9092', KEYBRAKE_GATEWAY_HOST: '0.0.0.0' } });
  expect([config.kafka.tls, config.kafka.user, config.redisTls, config.gateway.certificate]).toEqual(
    Array(4).fill(undefined),
  );
  expect([config.publicGatewayUrl, config.publicAdminUrl]).toEqual(['http://localhost:4000', 'http://127.0.0.1:4001']);
});

test('a certificate is for every listener but the simulator, and addresses say https', () => {
  const config = loadConfig({ env: { KEYBRAKE_TLS_CERT: PEM, KEYBRAKE_TLS_KEY: KEY, KEYBRAKE_GATEWAY_HOST: '::' } });
  const shown = { cert: PEM, key: KEY, files: undefined };
  expect([config.gateway, config.admin, config.ledger].map(({ certificate }) => certificate)).toEqual([
    shown,
    shown,
    shown,
  ]);
  expect(config.simulator.certificate).toBeUndefined();
  expect([config.publicGatewayUrl, config.publicAdminUrl]).toEqual([
    'https://localhost:4000',
    'https://127.0.0.1:4001',
  ]);
});

test('Kafka: TLS alone, with an authority, with a certificate of ours; users by three mechanisms', () => {
  const kafka = (env: Record<string, string>) => loadConfig({ env }).kafka;
  expect(kafka({ KEYBRAKE_KAFKA_TLS: 'true' }).tls).toEqual({});
  expect(kafka({ KEYBRAKE_KAFKA_CA: PEM }).tls).toEqual({ ca: PEM });
  const own = { KEYBRAKE_KAFKA_CA: PEM, KEYBRAKE_KAFKA_CERT: PEM, KEYBRAKE_KAFKA_KEY: KEY };
  expect(kafka(own).tls).toEqual({ ca: PEM, cert: PEM, key: KEY });
  const user = { KEYBRAKE_KAFKA_USER: 'gateway', KEYBRAKE_KAFKA_PASSWORD: 'open sesame' };
  expect(kafka(user).user).toEqual({ name: 'gateway', password: 'open sesame', mechanism: 'scram-sha-512' });
  expect(kafka({ ...user, KEYBRAKE_KAFKA_SASL: 'plain', KEYBRAKE_KAFKA_TLS: 'true' }).user?.mechanism).toBe('plain');
});

test('Redis: whom to trust beside an address with rediss', () => {
  const env = { REDIS_URL: 'rediss://gateway:secret@redis:6380', KEYBRAKE_REDIS_CA: PEM };
  expect(loadConfig({ env }).redisTls).toEqual({ ca: PEM });
});

const password = { KEYBRAKE_KAFKA_USER: 'gateway', KEYBRAKE_KAFKA_PASSWORD: 'open sesame' };
test.each<[string, Record<string, string>, string]>([
  [
    'a certificate without its key',
    { KEYBRAKE_TLS_CERT: PEM },
    'KEYBRAKE_TLS_KEY is missing: a listener needs a certificate and its key',
  ],
  [
    'a client certificate without its key',
    { KEYBRAKE_KAFKA_CERT: PEM },
    'KEYBRAKE_KAFKA_KEY is missing: a client certificate needs its key',
  ],
  [
    'a user without a password',
    { KEYBRAKE_KAFKA_USER: 'gateway' },
    'KEYBRAKE_KAFKA_PASSWORD is missing: a user of Kafka is a name and a password',
  ],
  [
    'what is not PEM',
    { KEYBRAKE_REDIS_CA: 'MA==' },
    'KEYBRAKE_REDIS_CA must be text in PEM, from -----BEGIN to -----END',
  ],
  [
    'an authority for a plain link',
    { REDIS_URL: 'redis://redis', KEYBRAKE_REDIS_CA: PEM },
    'KEYBRAKE_REDIS_CA is set, and REDIS_URL begins with redis: write rediss: for TLS',
  ],
  [
    'a password that is sent as it is',
    { ...password, KEYBRAKE_KAFKA_SASL: 'plain' },
    'KEYBRAKE_KAFKA_SASL is plain, which sends the password as it is: set KEYBRAKE_KAFKA_TLS=true too',
  ],
  [
    'a mode that takes any certificate',
    { DATABASE_URL: 'postgres://db/k?sslmode=no-verify' },
    'DATABASE_URL has sslmode=no-verify, by which clients mean different things: set sslmode=verify-full, with sslrootcert=/path/of/ca.pem for an authority of your own, or sslmode=disable',
  ],
  [
    'certificates without a mode',
    { DATABASE_URL: `postgres://db/k?sslrootcert=${import.meta.filename}` },
    'DATABASE_URL names certificates: add sslmode=verify-full',
  ],
  [
    'an authority that is not there',
    { DATABASE_URL: 'postgres://db/k?sslmode=verify-full&sslrootcert=/nowhere/ca.pem' },
    "DATABASE_URL names sslrootcert=/nowhere/ca.pem, which can't be read (ENOENT)",
  ],
])('%s is refused, with what to do', (_what, env, problem) => {
  expect(problemOf(env)).toBe(`the settings have a problem:\n  - ${problem}`);
});

import { expect, test } from 'vitest';
import { loadConfig } from './config.js';
import { ConfigError } from './read-settings.js';

const kek = Buffer.alloc(32, 7).toString('base64');

function problemsOf(env: Record<string, string>, required: Parameters<typeof loadConfig>[0] = {}): readonly string[] {
  try {
    loadConfig({ ...required, env });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('an empty environment gives the defaults of one machine', () => {
  const config = loadConfig({ env: {} });
  expect(config.gateway).toEqual({ host: '127.0.0.1', port: 4000, portVariable: 'KEYBRAKE_GATEWAY_PORT' });
  expect([config.admin.port, config.ledger.port, config.simulator.port]).toEqual([4001, 4002, 4010]);
  expect([config.upstreamTimeoutMs, config.inFlightWaitMs, config.heldMaxAgeMs]).toEqual([30_000, 20_000, 30_000]);
  expect(config.recordTimeoutMs).toBe(2_000);
  const { resolver } = config;
  expect(resolver).toEqual({ intervalMs: 5_000, attemptsMax: 24, settleDelayMs: 300_000, priceDelayMs: 60_000 });
  expect(config.databaseUrl).toBeUndefined();
  expect(config.providerKeys).toEqual({ stripe: undefined, twilio: undefined, resend: undefined });
});

test('all problems are named at once, each with what to do', () => {
  const env = {
    KEYBRAKE_GATEWAY_PORT: '99999',
    KEYBRAKE_HELD_MAX_AGE_MS: '1e6',
    KEYBRAKE_GATWAY_HOST: 'localhost',
    KEYBRAKE_STRIPE_ORIGIN: 'https://api.stripe.com/v1',
    KEYBRAKE_LOG_LEVEL: 'loud',
    KEYBRAKE_TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  };
  expect(problemsOf(env, { required: ['DATABASE_URL'] })).toEqual([
    'KEYBRAKE_GATWAY_HOST is not a setting of Keybrake; did you mean KEYBRAKE_GATEWAY_HOST?',
    'DATABASE_URL is missing: set it, or DATABASE_URL_FILE',
    'KEYBRAKE_TWILIO_AUTH_TOKEN is missing: a Twilio credential is an account SID and an auth token',
    'KEYBRAKE_GATEWAY_PORT is "99999", but must be a port number, at most 65535',
    'KEYBRAKE_STRIPE_ORIGIN is "https://api.stripe.com/v1", but must be an origin such as https://api.example.com, without a path',
    'KEYBRAKE_HELD_MAX_AGE_MS is "1e6", but must be a number of milliseconds from 1 to 9999999',
    expect.stringMatching(/^KEYBRAKE_LOG_LEVEL is "loud", but /),
  ]);
});

test.each(['7', '0', '-1', '8.5', '1e3', 'forever', '100000'])('a log is not kept for %s days', (text) => {
  expect(problemsOf({ KEYBRAKE_LOG_RETENTION_DAYS: text })).toEqual([
    `KEYBRAKE_LOG_RETENTION_DAYS is "${text}", but must be a number of days from 8 to 99999: a weekly backup of the database ` +
      'has to reach what the topic still has',
  ]);
});

test('an audit is kept for 35 days at least', () => {
  expect(problemsOf({ KEYBRAKE_AUDIT_RETENTION_DAYS: '34' })).toEqual([
    expect.stringContaining('KEYBRAKE_AUDIT_RETENTION_DAYS is "34", but must be a number of days from 35 to 99999: '),
  ]);
  expect(loadConfig({ env: { KEYBRAKE_AUDIT_RETENTION_DAYS: '400' } }).auditRetentionDays).toBe(400);
  expect(loadConfig({ env: {} }).auditRetentionDays).toBeUndefined();
});

test('the log is kept forever unless told', () => {
  expect(loadConfig({ env: {} }).kafka.retentionMs).toBeUndefined();
  expect(loadConfig({ env: { KEYBRAKE_LOG_RETENTION_DAYS: '30' } }).kafka.retentionMs).toBe(2_592_000_000);
});

test('what the command line client is told is no mistake of a process', () => {
  expect(problemsOf({ KEYBRAKE_URL: 'http://127.0.0.1:4001', KEYBRAKE_TOKEN_FILE: '/run/token' })).toEqual([]);
  // As the dashboard's first steps set it, in the shell that Keybrake may be started from.
  expect(problemsOf({ KEYBRAKE_VAULT_KEY: 'vk_…', KEYBRAKE_GATEWAY_URL: 'http://127.0.0.1:4000' })).toEqual([]);
});

test('where providers are called instead', () => {
  const { origins } = loadConfig({
    env: {
      KEYBRAKE_STRIPE_ORIGIN: 'http://127.0.0.1:5000/',
      KEYBRAKE_PROVIDER_ORIGINS: 'shippo=http://127.0.0.1:5001,my-api=https://proxy.example/a=b',
    },
  });
  expect([...origins]).toEqual([
    ['stripe', 'http://127.0.0.1:5000'],
    ['shippo', 'http://127.0.0.1:5001'],
    ['my-api', 'https://proxy.example/a=b'],
  ]);
});

test.each([
  ...['shippo', 'shippo=', 'shippo=ftp://x', 'Shippo=http://x', 'stripe=http://x'],
  ...['a=http://x,a=http://y', 'a=http://u:p@x', 'a=http://x?y'],
])('KEYBRAKE_PROVIDER_ORIGINS is not %s', (text) => {
  expect(problemsOf({ KEYBRAKE_PROVIDER_ORIGINS: text })).toEqual([
    expect.stringContaining(`KEYBRAKE_PROVIDER_ORIGINS is "${text}", but must be id=address, several with commas`),
  ]);
});

test('a wrong secret is named but never shown', () => {
  const problems = problemsOf({ KEYBRAKE_KEK: 'c2hvcnQ=', DATABASE_URL: 'mysql://root:hunter2@db/x' });
  expect(problems).toEqual([
    'DATABASE_URL must be a postgres:// address',
    'KEYBRAKE_KEK must be 32 bytes in base64 (try: openssl rand -base64 32)',
  ]);
});

test('the description shows every setting and no secret', () => {
  const config = loadConfig({
    env: {
      KEYBRAKE_KEK: kek,
      KEYBRAKE_PEPPER: 'p'.repeat(32),
      KEYBRAKE_STRIPE_KEY: 'sk_test_canary',
      DATABASE_URL: 'postgres://app:p%40ss@db/keybrake',
      KEYBRAKE_GATEWAY_PORT: '0',
    },
  });
  const text = JSON.stringify(config.described);
  for (const canary of [kek, 'pppp', 'canary', 'p%40ss']) expect(text).not.toContain(canary);
  expect(config.described).toMatchObject({ KEYBRAKE_GATEWAY_PORT: '0', KEYBRAKE_KEK: '(set, not shown)' });
  expect(config.described).toMatchObject({ KEYBRAKE_RESEND_KEY: '(not set)' });
  expect(config.secrets).toContain('p@ss');
  expect(config.kek).toHaveLength(32);
});

import { isBuiltInProviderId, parseAccountId, parseProviderId } from '@keybrake/domain';
import { z } from 'zod';

const port = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .transform(Number)
    .refine((value) => value <= 65_535, 'must be a port number, at most 65535')
    .default(fallback);

const milliseconds = (fallback: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'must be a number of milliseconds from 1 to 9999999')
    .transform(Number)
    .default(fallback);

const host = (fallback = '127.0.0.1') =>
  z
    .string()
    .regex(/^[^\s/]+$/, 'must be an address or a host name')
    .default(fallback);

const isOrigin = (text: string) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
};
const origin = z
  .string()
  .transform((text) => text.replace(/\/$/, ''))
  .refine(isOrigin, 'must be an origin such as https://api.example.com, without a path')
  .optional();

const isBaseUrl = (text: string) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}${url.pathname}` === url.href;
};
const isOwnId = (id: string) => parseProviderId(id) !== undefined && !isBuiltInProviderId(id);
/** `shippo=https://proxy.example/shippo,plivo=…`, in its parts. */
export const originEntries = (text: string) =>
  text.split(',').map((entry) => {
    const [id = '', url = ''] = entry.split(/=(.*)/s);
    return { id, url: url };
  });
const areOrigins = (text: string) => {
  const entries = originEntries(text);
  const ids = new Set(entries.map(({ id }) => id));
  return ids.size === entries.length && entries.every(({ id, url }) => isOwnId(id) && isBaseUrl(url));
};
const ORIGINS_RULE =
  'must be id=address, several with commas between, such as shippo=http://127.0.0.1:5000; the built-in providers have ' +
  'settings of their own, such as KEYBRAKE_STRIPE_ORIGIN';

const collector = z.url({ protocol: /^https?$/, error: 'must be the address of an OTLP receiver' }).optional();

const isDatabaseUrl = (text: string) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
const isRedisUrl = (text: string) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
const BROKERS = /^[^\s,/:]+:\d{1,5}(,[^\s,/:]+:\d{1,5})*$/;
const count = (fallback: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a number from 1 to 999')
    .transform(Number)
    .default(fallback);
/** Optional; nothing is ever dropped without it. */
const days = (least: number, reason: string) =>
  z
    .string()
    .refine(
      (text) => /^[1-9]\d{0,4}$/.test(text) && Number(text) >= least,
      `must be a number of days from ${least} to 99999: ${reason}`,
    )
    .transform(Number)
    .optional();
const isKek = (text: string) => Buffer.from(text, 'base64').length === 32 && /^[A-Za-z0-9+/]{43}=$/.test(text);

const ROLES = ['viewer', 'operator', 'admin'] as const;
export type OidcRole = (typeof ROLES)[number];
/** `keybrake-admins=admin,*=viewer`, in its parts. */
export const roleEntries = (text: string) =>
  text.split(',').map((entry): readonly [string, string] => {
    const [value = '', role = ''] = entry.split(/=([a-z]+)$/);
    return [value.trim(), role];
  });
const areRoles = (text: string) =>
  roleEntries(text).every(([value, role]) => value !== '' && ROLES.some((known) => known === role));
const ROLES_RULE = `must be value=role, several with commas between, such as keybrake-admins=admin,*=viewer; a role is ${ROLES.join(', ')}`;

const secret = (rule: string, holds: (text: string) => boolean) =>
  z.string().refine(holds, rule).optional().meta({ secret: true });
const PEM = /^-----BEGIN [A-Z ]+-----\n[\s\S]*-----END [A-Z ]+-----$/;
const pem = () => secret('must be text in PEM, from -----BEGIN to -----END', (text) => PEM.test(text));
export const SASL_MECHANISMS = ['scram-sha-512', 'scram-sha-256', 'plain'] as const;
const providerKey = secret('must be one line without spaces', (text) => /^\S+$/.test(text));

/** Every variable that Keybrake reads. A secret can also come from a file: its name with `_FILE` and a path. */
export const settings = z.object({
  KEYBRAKE_GATEWAY_HOST: host(),
  KEYBRAKE_GATEWAY_PORT: port(4000),
  KEYBRAKE_ADMIN_HOST: host(),
  KEYBRAKE_ADMIN_PORT: port(4001),
  KEYBRAKE_LEDGER_HOST: host(),
  KEYBRAKE_LEDGER_PORT: port(4002),
  KEYBRAKE_TLS_CERT: pem(),
  KEYBRAKE_TLS_KEY: pem(),
  KEYBRAKE_SIMULATOR_PORT: port(4010),
  KEYBRAKE_POSTGRES_PORT: port(0),
  DATABASE_URL: secret('must be a postgres:// address', isDatabaseUrl),
  REDIS_URL: secret('must be a redis:// or rediss:// address', isRedisUrl),
  KEYBRAKE_REDIS_CA: pem(),
  KEYBRAKE_REDIS_CERT: pem(),
  KEYBRAKE_REDIS_KEY: pem(),
  KAFKA_BROKERS: z.string().regex(BROKERS, 'must be host:port, several with commas between').optional(),
  KEYBRAKE_KAFKA_TLS: z.enum(['true', 'false']).default('false'),
  KEYBRAKE_KAFKA_CA: pem(),
  KEYBRAKE_KAFKA_CERT: pem(),
  KEYBRAKE_KAFKA_KEY: pem(),
  KEYBRAKE_KAFKA_SASL: z.enum(SASL_MECHANISMS).default('scram-sha-512'),
  KEYBRAKE_KAFKA_USER: z.string().optional(),
  KEYBRAKE_KAFKA_PASSWORD: secret('must not be empty', (text) => text !== ''),
  KEYBRAKE_KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be letters, digits and . _ -')
    .default('keybrake'),
  KEYBRAKE_KAFKA_PARTITIONS: count(8),
  KEYBRAKE_KAFKA_REPLICATION_FACTOR: count(3),
  KEYBRAKE_AUDIT_RETENTION_DAYS: days(
    35,
    'policies are tried on the calls of 31 days, and late outcomes need their calls',
  ),
  KEYBRAKE_LOG_RETENTION_DAYS: days(8, 'a weekly backup of the database has to reach what the topic still has'),
  KEYBRAKE_PEPPER: secret(
    'must have 32 characters or more (try: openssl rand -base64 32)',
    (text) => text.length >= 32,
  ),
  KEYBRAKE_PEPPERS_NEWER: secret('must be values of 32 characters or more, with commas between', (text) =>
    text.split(',').every((pepper) => pepper.length >= 32),
  ),
  KEYBRAKE_KEKS_OTHER: secret('must be values of 32 bytes in base64, with commas between', (text) =>
    text.split(',').every(isKek),
  ),
  KEYBRAKE_KEK: secret('must be 32 bytes in base64 (try: openssl rand -base64 32)', isKek),
  KEYBRAKE_STRIPE_ORIGIN: origin,
  KEYBRAKE_TWILIO_ORIGIN: origin,
  KEYBRAKE_RESEND_ORIGIN: origin,
  KEYBRAKE_STRIPE_KEY: providerKey,
  KEYBRAKE_TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-zA-Z]{32}$/, 'must be an account SID: AC and 32 characters')
    .optional(),
  KEYBRAKE_TWILIO_AUTH_TOKEN: providerKey,
  KEYBRAKE_RESEND_KEY: providerKey,
  KEYBRAKE_UPSTREAM_TIMEOUT_MS: milliseconds(30_000),
  KEYBRAKE_RECORD_TIMEOUT_MS: milliseconds(2_000),
  KEYBRAKE_IN_FLIGHT_WAIT_MS: milliseconds(20_000),
  KEYBRAKE_HELD_MAX_AGE_MS: milliseconds(30_000),
  KEYBRAKE_RESOLVE_INTERVAL_MS: milliseconds(5_000),
  KEYBRAKE_RESOLVE_ATTEMPTS_MAX: count(24),
  KEYBRAKE_RESOLVE_SETTLE_DELAY_MS: milliseconds(300_000),
  KEYBRAKE_PRICE_DELAY_MS: milliseconds(60_000),
  KEYBRAKE_ALERT_IN_DOUBT_MS: milliseconds(900_000),
  KEYBRAKE_WEBHOOK_TARGETS: z.enum(['public', 'any']).default('public'),
  KEYBRAKE_METRICS_VAULT_KEYS: z.enum(['true', 'false']).default('false'),
  KEYBRAKE_DRAIN_DELAY_MS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number of milliseconds from 0 to 99999')
    .transform(Number)
    .default(3_000),
  KEYBRAKE_PRICES_FILE: z.string().optional(),
  KEYBRAKE_PROVIDERS_FILE: z.string().optional(),
  KEYBRAKE_PROVIDER_ORIGINS: z.string().refine(areOrigins, ORIGINS_RULE).optional(),
  KEYBRAKE_PUBLIC_ADMIN_URL: origin,
  KEYBRAKE_PUBLIC_GATEWAY_URL: origin,
  KEYBRAKE_SIGN_IN_FAILURES_MAX: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'must be a number from 1 to 9999999')
    .transform(Number)
    .default(20),
  KEYBRAKE_OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be the address of the identity provider' })
    .optional(),
  KEYBRAKE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  KEYBRAKE_OIDC_CLIENT_SECRET: secret('must not be empty', (text) => text !== ''),
  KEYBRAKE_OIDC_SCOPES: z.string().min(1).default('openid profile email'),
  KEYBRAKE_OIDC_ROLE_CLAIM: z.string().min(1).default('roles'),
  KEYBRAKE_OIDC_ROLES: z.string().refine(areRoles, ROLES_RULE).optional(),
  KEYBRAKE_OIDC_ACCOUNT: z
    .string()
    .refine((text) => parseAccountId(text) !== undefined, 'must be the id of an account')
    .default('default'),
  OTEL_EXPORTER_OTLP_ENDPOINT: collector,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector,
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(1),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(5_000),
  KEYBRAKE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  KEYBRAKE_DATA_DIR: z.string().default('.keybrake'),
});

/** What the command line client and agents are told: no setting of a process, and no mistake in its environment either. */
export const clientVariables: readonly string[] = [
  'KEYBRAKE_URL',
  'KEYBRAKE_TOKEN',
  'KEYBRAKE_TOKEN_FILE',
  'KEYBRAKE_CLI_CONFIG',
  'KEYBRAKE_GATEWAY_URL',
  'KEYBRAKE_VAULT_KEY',
  'KEYBRAKE_VAULT_KEY_FILE',
];

export type Settings = z.infer<typeof settings>;
export type SettingName = keyof Settings;

export const settingNames = Object.keys(settings.shape) as readonly SettingName[];

export function isSecret(name: SettingName): boolean {
  return settings.shape[name].meta()?.secret === true;
}

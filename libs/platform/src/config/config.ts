import { resolve } from 'node:path';
import type { AccountId, ProviderId } from '@keybrake/domain';
import { type KafkaSettings, kafkaSettings } from './kafka-settings.js';
import { type Environment, readSettings } from './read-settings.js';
import { type ServerCertificate, serverCertificate, type TlsClient, tlsClient } from './secure-links.js';
import {
  isSecret,
  type OidcRole,
  originEntries,
  roleEntries,
  type SettingName,
  type Settings,
  settingNames,
} from './settings.js';

/** Where an app listens, and the variable to name when the port is taken. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly portVariable: SettingName;
  /** Undefined: plain HTTP. */
  readonly certificate?: ServerCertificate | undefined;
}

export interface ProviderKey {
  readonly secret: string;
  readonly accountSid?: string;
}

/** How the ledger settles calls in doubt, and finds out what calls cost in the end. */
export interface ResolverConfig {
  /** Between its turns, and before the second attempt at a call; later ones wait twice as long each time. */
  readonly intervalMs: number;
  /** Attempts at one call; then it waits for a person. */
  readonly attemptsMax: number;
  /** How long after the last moment in which a call can have been sent its provider's lists are compared with it. */
  readonly settleDelayMs: number;
  /** Before a price that is told later is asked for; further questions wait twice as long each time. */
  readonly priceDelayMs: number;
}

/** What people are told, and where it may be sent. */
export interface AlertConfig {
  /** A call in doubt for so long is told of. */
  readonly inDoubtMs: number;
  /** `any`: webhooks may go to addresses that are not public, and over plain HTTP. */
  readonly webhookTargets: 'public' | 'any';
}

/** Where spans go is read by the exporter itself, from OTEL_EXPORTER_OTLP_…; undefined: nothing is traced. */
export interface TracingConfig {
  readonly sampleRatio: number;
  readonly exportDelayMs: number;
}

/** Sign-in to the dashboard with an identity provider. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  /** Of the id token; text or a list of texts. */
  readonly roleClaim: string;
  /** By value of the claim; `*` for anybody. */
  readonly roles: ReadonlyMap<string, OidcRole>;
  readonly accountId: AccountId;
}

export interface SignInConfig {
  /** Where browsers reach the admin API; undefined: at the address that they name. */
  readonly publicUrl: string | undefined;
  readonly oidc: OidcSettings | undefined;
  /** Failed sign-ins of one address, before it has to wait. */
  readonly failuresPerMinuteMax: number;
}

/** What a process was told, parsed and frozen. Undefined means: not set, the composition root decides. */
export interface Config {
  readonly gateway: ListenAddress;
  readonly admin: ListenAddress;
  readonly ledger: ListenAddress;
  readonly simulator: ListenAddress;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly redisTls: TlsClient | undefined;
  readonly kafka: KafkaSettings;
  /** Of the embedded PostgreSQL; 0 for any free one. */
  readonly postgresPort: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly pepper: Uint8Array | undefined;
  /** Newest first; secrets are hashed with the first of them. */
  readonly newerPeppers: readonly Uint8Array[];
  /** 32 bytes that wrap the keys of stored credentials and responses. */
  readonly kek: Uint8Array | undefined;
  /** That some of them may still be wrapped with, or already. */
  readonly otherKeks: readonly Uint8Array[];
  /** Where a provider is called instead of at its own address. */
  readonly origins: ReadonlyMap<ProviderId, string>;
  readonly providerKeys: Readonly<Record<'stripe' | 'twilio' | 'resend', ProviderKey | undefined>>;
  readonly upstreamTimeoutMs: number;
  /** How long the event log may take to acknowledge a record before the call is refused. */
  readonly recordTimeoutMs: number;
  /** How long a caller with the same idempotency key waits for the first one's answer. */
  readonly inFlightWaitMs: number;
  /** Held but not launched for longer than this: the janitor releases it. */
  readonly heldMaxAgeMs: number;
  readonly resolver: ResolverConfig;
  /** How long the ledger keeps calls and their audit at least; undefined: forever. */
  readonly auditRetentionDays: number | undefined;
  readonly alerts: AlertConfig;
  readonly tracing: TracingConfig | undefined;
  /** Calls are counted for each vault key. */
  readonly countsVaultKeys: boolean;
  /** Between "not ready" and closing, for the load balancer to notice. */
  readonly drainDelayMs: number;
  /** Where agents reach the gateway, for what the dashboard shows: its own address unless told. */
  readonly publicGatewayUrl: string;
  /** Where people reach the dashboard, for what agents and alerts show: the admin API's own address unless told. */
  readonly publicAdminUrl: string;
  readonly signIn: SignInConfig;
  readonly pricesFile: string | undefined;
  /** Describes providers that there is no code for. */
  readonly providersFile: string | undefined;
  readonly logLevel: Settings['KEYBRAKE_LOG_LEVEL'];
  /** Values that must never be shown, for the logger. */
  readonly secrets: readonly string[];
  /** Every setting with its value, secrets masked. */
  readonly described: Readonly<Record<string, string>>;
}

export interface ConfigSource {
  /** Default: this process's environment. */
  readonly env?: Environment;
  /** What this process can't start without. */
  readonly required?: readonly SettingName[];
}

/** Throws `ConfigError` naming every problem at once. The only reader of the environment. */
export function loadConfig({ env = process.env, required = [] }: ConfigSource = {}): Config {
  const read = readSettings(env, required);
  const certificate = serverCertificate(read, env);
  const listen = (hostName: string, portVariable: PortVariable): ListenAddress =>
    Object.freeze({ host: hostName, port: read[portVariable], portVariable, certificate });
  return Object.freeze({
    gateway: listen(read.KEYBRAKE_GATEWAY_HOST, 'KEYBRAKE_GATEWAY_PORT'),
    admin: listen(read.KEYBRAKE_ADMIN_HOST, 'KEYBRAKE_ADMIN_PORT'),
    ledger: listen(read.KEYBRAKE_LEDGER_HOST, 'KEYBRAKE_LEDGER_PORT'),
    simulator: Object.freeze({ ...listen('127.0.0.1', 'KEYBRAKE_SIMULATOR_PORT'), certificate: undefined }),
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    redisTls: tlsClient(read.KEYBRAKE_REDIS_CA, read.KEYBRAKE_REDIS_CERT, read.KEYBRAKE_REDIS_KEY),
    kafka: Object.freeze(kafkaSettings(read)),
    postgresPort: read.KEYBRAKE_POSTGRES_PORT,
    dataDir: resolve(read.KEYBRAKE_DATA_DIR),
    pepper: read.KEYBRAKE_PEPPER === undefined ? undefined : Buffer.from(read.KEYBRAKE_PEPPER, 'utf8'),
    newerPeppers: listed(read.KEYBRAKE_PEPPERS_NEWER, 'utf8'),
    otherKeks: listed(read.KEYBRAKE_KEKS_OTHER, 'base64'),
    kek: read.KEYBRAKE_KEK === undefined ? undefined : Buffer.from(read.KEYBRAKE_KEK, 'base64'),
    origins: originsIn(read),
    providerKeys: Object.freeze(providerKeys(read)),
    upstreamTimeoutMs: read.KEYBRAKE_UPSTREAM_TIMEOUT_MS,
    recordTimeoutMs: read.KEYBRAKE_RECORD_TIMEOUT_MS,
    inFlightWaitMs: read.KEYBRAKE_IN_FLIGHT_WAIT_MS,
    heldMaxAgeMs: read.KEYBRAKE_HELD_MAX_AGE_MS,
    auditRetentionDays: read.KEYBRAKE_AUDIT_RETENTION_DAYS,
    resolver: Object.freeze({
      intervalMs: read.KEYBRAKE_RESOLVE_INTERVAL_MS,
      attemptsMax: read.KEYBRAKE_RESOLVE_ATTEMPTS_MAX,
      settleDelayMs: read.KEYBRAKE_RESOLVE_SETTLE_DELAY_MS,
      priceDelayMs: read.KEYBRAKE_PRICE_DELAY_MS,
    }),
    alerts: Object.freeze({
      inDoubtMs: read.KEYBRAKE_ALERT_IN_DOUBT_MS,
      webhookTargets: read.KEYBRAKE_WEBHOOK_TARGETS,
    }),
    tracing: tracingConfig(read),
    countsVaultKeys: read.KEYBRAKE_METRICS_VAULT_KEYS === 'true',
    drainDelayMs: read.KEYBRAKE_DRAIN_DELAY_MS,
    publicGatewayUrl:
      read.KEYBRAKE_PUBLIC_GATEWAY_URL ?? addressOf(listen(read.KEYBRAKE_GATEWAY_HOST, 'KEYBRAKE_GATEWAY_PORT')),
    publicAdminUrl:
      read.KEYBRAKE_PUBLIC_ADMIN_URL ?? addressOf(listen(read.KEYBRAKE_ADMIN_HOST, 'KEYBRAKE_ADMIN_PORT')),
    signIn: Object.freeze({
      publicUrl: read.KEYBRAKE_PUBLIC_ADMIN_URL,
      oidc: oidcSettings(read),
      failuresPerMinuteMax: read.KEYBRAKE_SIGN_IN_FAILURES_MAX,
    }),
    pricesFile: read.KEYBRAKE_PRICES_FILE,
    providersFile: read.KEYBRAKE_PROVIDERS_FILE,
    logLevel: read.KEYBRAKE_LOG_LEVEL,
    secrets: secretValues(read),
    described: Object.freeze(describe(read)),
  });
}

/** An address that listens everywhere is reached as this machine. */
export function addressOf({ host, port, certificate }: Omit<ListenAddress, 'portVariable'>): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const scheme = certificate === undefined ? 'http' : 'https';
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

type PortVariable = Extract<SettingName, `KEYBRAKE_${'GATEWAY' | 'ADMIN' | 'LEDGER' | 'SIMULATOR'}_PORT`>;

function originsIn(read: Settings): Config['origins'] {
  const built: [ProviderId, string | undefined][] = [
    ['stripe', read.KEYBRAKE_STRIPE_ORIGIN],
    ['twilio', read.KEYBRAKE_TWILIO_ORIGIN],
    ['resend', read.KEYBRAKE_RESEND_ORIGIN],
  ];
  const given = built.flatMap(([id, origin]) => (origin === undefined ? [] : [[id, origin] as const]));
  const { KEYBRAKE_PROVIDER_ORIGINS: own } = read;
  const described = own === undefined ? [] : originEntries(own).map(({ id, url }) => [id as ProviderId, url] as const);
  return new Map([...given, ...described]);
}

function providerKeys(read: Settings): Config['providerKeys'] {
  const only = (secret: string | undefined) => (secret === undefined ? undefined : { secret });
  const { KEYBRAKE_TWILIO_ACCOUNT_SID: accountSid, KEYBRAKE_TWILIO_AUTH_TOKEN: token } = read;
  return {
    stripe: only(read.KEYBRAKE_STRIPE_KEY),
    twilio: accountSid === undefined || token === undefined ? undefined : { secret: token, accountSid },
    resend: only(read.KEYBRAKE_RESEND_KEY),
  };
}

function tracingConfig(read: Settings): TracingConfig | undefined {
  const receiver = read.OTEL_EXPORTER_OTLP_ENDPOINT ?? read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (receiver === undefined || read.OTEL_SDK_DISABLED === 'true') return undefined;
  return Object.freeze({ sampleRatio: read.OTEL_TRACES_SAMPLER_ARG, exportDelayMs: read.OTEL_BSP_SCHEDULE_DELAY });
}

function oidcSettings(read: Settings): OidcSettings | undefined {
  const { KEYBRAKE_OIDC_ISSUER: issuer, KEYBRAKE_OIDC_CLIENT_ID: clientId, KEYBRAKE_OIDC_ROLES: roles } = read;
  if (issuer === undefined || clientId === undefined || roles === undefined) return undefined;
  return Object.freeze({
    issuer,
    clientId,
    clientSecret: read.KEYBRAKE_OIDC_CLIENT_SECRET,
    scopes: read.KEYBRAKE_OIDC_SCOPES,
    roleClaim: read.KEYBRAKE_OIDC_ROLE_CLAIM,
    roles: new Map(roleEntries(roles) as [string, OidcRole][]),
    accountId: read.KEYBRAKE_OIDC_ACCOUNT as AccountId,
  });
}

const listed = (text: string | undefined, encoding: BufferEncoding): readonly Uint8Array[] =>
  Object.freeze(entries(text).map((entry) => Buffer.from(entry, encoding)));

const entries = (text: string | undefined) => text?.split(',') ?? [];

function secretValues(read: Settings): string[] {
  const lists = [read.KEYBRAKE_PEPPERS_NEWER, read.KEYBRAKE_KEKS_OTHER].flatMap(entries);
  const values = [...settingNames.filter(isSecret).map((name) => read[name]), ...lists];
  const passwords = [read.DATABASE_URL, read.REDIS_URL].map((url) => (url === undefined ? '' : new URL(url).password));
  return [...values, ...passwords, ...passwords.map(decodeURIComponent)].filter(
    (value) => typeof value === 'string' && value !== '',
  ) as string[];
}

function describe(read: Settings): Record<string, string> {
  const shown = (name: SettingName) => (isSecret(name) ? '(set, not shown)' : String(read[name]));
  return Object.fromEntries(settingNames.map((name) => [name, read[name] === undefined ? '(not set)' : shown(name)]));
}

import { type AdminClient, createAdminClient } from '@keybrake/admin-client';
import type { Environment } from '../environment.js';
import { CliError, EXIT, usage } from '../exit-codes.js';
import { type ClientConfig, readConfig } from './config-file.js';
import { readToken, sourceOf, type TokenSource } from './token.js';

export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/** An address and a token for it. */
export interface Target {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly gatewayUrl: string | undefined;
}

const REQUEST_TIMEOUT_MS = 60_000;

/** `http://host:port`; throws when it is not an address. */
export function parseBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw usage(`"${text}" is not an address such as http://127.0.0.1:4001`);
  }
  if (url.username !== '' || url.password !== '') throw usage('the address must not hold a name or password');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/**
 * The command line goes before the environment, and that before the config file. The token in the config file is only for
 * the address beside it: another server never gets to see it.
 */
export function chooseTarget(
  options: ConnectionOptions,
  environment: Pick<Environment, 'url' | 'token' | 'tokenFile'>,
  config: ClientConfig | undefined,
): { readonly baseUrl: string | undefined; readonly token: TokenSource | undefined } {
  const url = options.url ?? environment.url ?? config?.url;
  const baseUrl = url === undefined ? undefined : parseBaseUrl(url);
  const named =
    options.tokenFile === undefined
      ? sourceOf('KEYBRAKE_TOKEN', environment.token, environment.tokenFile)
      : { file: options.tokenFile };
  if (named !== undefined || config === undefined) return { baseUrl, token: named };
  if (parseBaseUrl(config.url) === baseUrl) return { baseUrl, token: { file: config.tokenFile } };
  throw usage(
    `the token that keybrake init kept is for ${config.url}, not for ${baseUrl}: set KEYBRAKE_TOKEN or --token-file`,
  );
}

/** What can be known of where to go, without failing when something is missing: for `doctor`. */
export async function findTarget(options: ConnectionOptions, environment: Environment): Promise<Partial<Target>> {
  const config = await readConfig(environment.configFile);
  const { baseUrl, token } = chooseTarget(options, environment, config);
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    token: token === undefined ? undefined : await readToken(token),
    gatewayUrl: config?.gatewayUrl,
  };
}

export interface Connection extends Target {
  readonly token: string;
  readonly client: AdminClient;
}

/** Throws with what to do when there is no address or no token. */
export async function connect(
  options: ConnectionOptions,
  environment: Environment,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<Connection> {
  const { baseUrl, token, gatewayUrl } = await findTarget(options, environment);
  if (baseUrl === undefined) {
    throw usage('no address of an admin API: run keybrake init, or set KEYBRAKE_URL or --url');
  }
  if (token === undefined) {
    throw new CliError(EXIT.notAllowed, 'no token: run keybrake init, or set KEYBRAKE_TOKEN or --token-file');
  }
  return { baseUrl, token, gatewayUrl, client: clientFor(baseUrl, token, signal, timeoutMs) };
}

/** The typed client, with a time limit for each request; `signal` ends them all. */
export function clientFor(
  baseUrl: string,
  token: string,
  signal?: AbortSignal,
  timeoutMs = REQUEST_TIMEOUT_MS,
): AdminClient {
  const client = createAdminClient({ baseUrl, token });
  client.use({
    onRequest: ({ request }) => {
      const limit = AbortSignal.timeout(timeoutMs);
      return new Request(request, { signal: signal === undefined ? limit : AbortSignal.any([limit, signal]) });
    },
  });
  return client;
}

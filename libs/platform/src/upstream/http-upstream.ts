import type { Upstream, UpstreamFailure, UpstreamResponse, UpstreamStream } from '@keybrake/application';
import type { ProviderId } from '@keybrake/domain';
import { type Dispatcher, Pool } from 'undici';

type OutgoingRequest = Parameters<Upstream['send']>[1];

/** Where a provider is. `route` splits a path where the provider's own address is one host of several. */
export interface UpstreamAddress {
  readonly origin: string;
  readonly route: ((path: string) => { readonly origin: string; readonly path: string }) | undefined;
}

export interface HttpUpstreamOptions {
  /** Fixed by configuration, never by a request; may carry a base path. */
  readonly origins: ReadonlyMap<ProviderId, UpstreamAddress>;
  readonly timeoutMs: number;
  readonly connectionsPerProvider: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const RESPONSE_BYTES_MAX = 1_048_576;

/** Pools by origin; more than one where the provider has a host per product. */
interface Target {
  readonly basePath: string;
  readonly origin: string;
  readonly route: UpstreamAddress['route'];
  readonly pools: Map<string, Pool>;
}

// Errors in which the connection never stood, so not a byte of the request can have arrived.
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Providers over undici pools: one request at a time per connection, no retries, no redirects. */
export class HttpUpstream implements Upstream {
  readonly #options: HttpUpstreamOptions;
  readonly #targets: ReadonlyMap<ProviderId, Target>;

  constructor(options: HttpUpstreamOptions) {
    this.#options = options;
    this.#targets = new Map([...options.origins].map(([provider, address]) => [provider, this.#target(address)]));
  }

  async send(
    provider: ProviderId,
    request: OutgoingRequest,
  ): Promise<{ kind: 'answered'; response: UpstreamResponse } | UpstreamFailure> {
    const deadline = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      const answer = await this.#dispatch(provider, request, deadline);
      const body = await readWhole(answer.body, RESPONSE_BYTES_MAX);
      return { kind: 'answered', response: { status: answer.statusCode, headers: flat(answer.headers), body } };
    } catch (error) {
      return failureOf(error);
    }
  }

  async stream(
    provider: ProviderId,
    request: OutgoingRequest,
  ): Promise<{ kind: 'answered'; response: UpstreamStream } | UpstreamFailure> {
    const deadline = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      const { statusCode: status, headers, body } = await this.#dispatch(provider, request, deadline);
      return { kind: 'answered', response: { status, headers: flat(headers), body } };
    } catch (error) {
      return failureOf(error);
    }
  }

  async close(): Promise<void> {
    const pools = [...this.#targets.values()].flatMap((target) => [...target.pools.values()]);
    await Promise.all(pools.map((pool) => pool.close()));
  }

  #target({ origin, route }: UpstreamAddress): Target {
    const url = new URL(origin);
    return { basePath: url.pathname.replace(/\/$/, ''), origin: url.origin, route, pools: new Map() };
  }

  #pool({ pools }: Target, origin: string): Pool {
    const { timeoutMs, connectionsPerProvider } = this.#options;
    const found = pools.get(origin);
    if (found !== undefined) return found;
    const pool = new Pool(origin, {
      connections: connectionsPerProvider,
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      maxHeaderSize: 32_768,
    });
    pools.set(origin, pool);
    return pool;
  }

  #dispatch(provider: ProviderId, request: OutgoingRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const target = this.#targets.get(provider);
    if (target === undefined) throw new Error(`no origin for ${provider}`);
    const { origin, path } = target.route?.(request.path) ?? {
      origin: target.origin,
      path: `${target.basePath}${request.path}`,
    };
    const query = request.query === '' ? '' : `?${request.query}`;
    return this.#pool(target, origin).request({
      method: request.method as Dispatcher.HttpMethod,
      path: `${path}${query}`,
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      body: request.body ?? null,
      signal,
    });
  }
}

async function readWhole(body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`the provider's answer is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

function failureOf(error: unknown): UpstreamFailure {
  const code = errorCode(error);
  const detail = code ?? (error instanceof Error ? error.name : 'unknown error');
  return { kind: code !== undefined && NOT_CONNECTED.has(code) ? 'not_sent' : 'unknown', detail };
}

function errorCode(error: unknown): string | undefined {
  // A refused connection to a name with several addresses comes as an AggregateError of equal parts.
  const candidate = error instanceof AggregateError ? error.errors[0] : error;
  const code = (candidate as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

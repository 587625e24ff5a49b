import type { IncomingMessage } from 'node:http';
import type { IncomingCall } from '@keybrake/application';
import type { ProviderRegistry } from '@keybrake/providers';
import { wayIn } from './way-in.js';

export interface ReadLimits {
  readonly bodyBytesMax: number;
  /** For the whole body, so that a trickle can't hold a connection. */
  readonly bodyTimeoutMs: number;
}

// Of these, two values would let us and the provider read different requests.
const SINGLE = ['authorization', 'content-type', 'content-length', 'idempotency-key', 'keybrake-run-id', 'host'];

/** Reads a request whole. What can't be read safely is named in `unreadable`, so that it is still denied and audited. */
export async function readIncomingCall(
  request: IncomingMessage,
  providers: ProviderRegistry,
  limits: ReadLimits,
): Promise<IncomingCall> {
  const headers = valuesByName(request);
  const { provider, target } = wayIn(providers, request.url ?? '', headers.host?.[0]);
  const headerProblem = findHeaderProblem(request, headers);
  const body = headerProblem === undefined ? await readBody(request, limits) : { unreadable: headerProblem };
  return {
    routedProvider: provider,
    method: request.method ?? '',
    target,
    headers,
    body: body.bytes ?? new Uint8Array(),
    unreadable: body.unreadable,
  };
}

function valuesByName(request: IncomingMessage): Record<string, readonly string[]> {
  const headers: Record<string, string[]> = {};
  const raw = request.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    const value = raw[index + 1] as string;
    if (Object.hasOwn(headers, name)) headers[name]?.push(value);
    else headers[name] = [value];
  }
  return headers;
}

function findHeaderProblem(request: IncomingMessage, headers: Record<string, readonly string[]>): string | undefined {
  const repeated = SINGLE.find((name) => (headers[name]?.length ?? 0) > 1);
  if (repeated !== undefined) return `The header ${repeated} was sent more than once.`;
  if (Object.keys(headers).some((name) => name.includes('_')))
    return 'A header name with an underscore is not accepted.';
  const encoding = headers['content-encoding']?.[0];
  if (encoding !== undefined && encoding !== 'identity') return 'Compressed request bodies are not accepted.';
  if (headers['transfer-encoding'] !== undefined && headers['content-length'] !== undefined) {
    return 'Content-Length and Transfer-Encoding were both sent.';
  }
  if (request.headers['transfer-encoding'] !== undefined && request.headers['transfer-encoding'] !== 'chunked') {
    return 'Of transfer encodings only chunked is accepted.';
  }
  return undefined;
}

type Body = { readonly bytes?: Uint8Array; readonly unreadable: string | undefined };

async function readBody(request: IncomingMessage, limits: ReadLimits): Promise<Body> {
  const tooLarge = { unreadable: `The body is larger than ${limits.bodyBytesMax} bytes.` };
  if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytesMax) return tooLarge;
  const timer = setTimeout(() => request.destroy(new Error('body timeout')), limits.bodyTimeoutMs);
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.bodyBytesMax) return tooLarge;
      chunks.push(chunk);
    }
    return { bytes: Buffer.concat(chunks), unreadable: undefined };
  } finally {
    clearTimeout(timer);
  }
}

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it reached the gateway, and what it was answered. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly vaultKey: string;
  readonly status: number;
  /** `Idempotent-Replayed` of the answer. */
  readonly replayed: boolean;
}

interface GatewayAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Around = (forward: () => Promise<GatewayAnswer>) => Promise<GatewayAnswer>;

// Of one connection, not of the answer.
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** Stands in front of a gateway and writes down every request: what an SDK really sends, its own retries included. */
export class CountingProxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #seen: SeenRequest[] = [];
  readonly #arrived = new Map<string, number>();
  readonly #around = new Map<string, Around>();

  private constructor(targetUrl: string) {
    this.#target = new URL(targetUrl);
    this.#server = createServer((message, response) => void this.#handle(message, response));
  }

  static async start(targetUrl: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(targetUrl);
    await new Promise<void>((listening) => proxy.#server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  requestsOf(vaultKey: string): readonly SeenRequest[] {
    return this.#seen.filter((one) => one.vaultKey === vaultKey);
  }

  /** Also those that are not answered yet. */
  arrivedOf(vaultKey: string): number {
    return this.#arrived.get(vaultKey) ?? 0;
  }

  /** Does something before and after the gateway handles the first request with this key. */
  aroundFirst(vaultKey: string, around: Around): void {
    this.#around.set(vaultKey, around);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await wholeBody(message);
      const vaultKey = vaultKeyOf(message.headers.authorization);
      this.#arrived.set(vaultKey, this.arrivedOf(vaultKey) + 1);
      const around = this.#around.get(vaultKey) ?? ((forward) => forward());
      this.#around.delete(vaultKey);
      const answer = await around(() => this.#forward(message, body));
      const replayed = answer.headers['idempotent-replayed'] === 'true';
      const { method = '', url: path = '' } = message;
      this.#seen.push({ method, path, vaultKey, status: answer.status, replayed });
      const headers = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name));
      response.writeHead(answer.status, { ...Object.fromEntries(headers), 'content-length': answer.body.length });
      response.end(answer.body);
    } catch {
      // The SDK sees a broken connection, and its test what that led to.
      response.destroy();
    }
  }

  #forward(message: IncomingMessage, body: Buffer): Promise<GatewayAnswer> {
    const { method, url: path, headers } = message;
    const { hostname, port } = this.#target;
    return new Promise((resolve, reject) => {
      const forwarded = request({ hostname, port, method, path, headers }, (answer) => {
        const { statusCode: status = 0 } = answer;
        wholeBody(answer).then((read) => resolve({ status, headers: answer.headers, body: read }), reject);
      });
      forwarded.on('error', reject);
      forwarded.end(body);
    });
  }
}

async function wholeBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bearer, or the part of Basic that holds it: the user name (Stripe) or the password (Twilio). */
function vaultKeyOf(authorization = ''): string {
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme !== 'Basic') return value;
  const [user = '', password = ''] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return password === '' ? user : password;
}

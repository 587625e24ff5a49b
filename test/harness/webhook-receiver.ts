import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedAlert {
  readonly messageId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Takes webhooks, as an operator's own server does: what the library does not verify is refused. */
export class WebhookReceiver {
  readonly port: number;
  readonly received: ReceivedAlert[] = [];
  /** Of requests whose signature no secret has made. */
  refused = 0;
  /** Answered with it instead of taking anything. */
  failWith: number | undefined;
  secrets: readonly string[] = [];
  #server: Server | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(): Promise<WebhookReceiver> {
    const server = await listen(0);
    const receiver = new WebhookReceiver(server);
    receiver.#serve(server);
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Nothing listens from then on. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((done) => (server === undefined ? done() : server.close(() => done())));
  }

  async startAgain(): Promise<void> {
    this.#server = await listen(this.port);
    this.#serve(this.#server);
  }

  #serve(server: Server): void {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        response.statusCode = this.#take(body, request.headers as Record<string, string>);
        response.end('thanks');
      });
    });
  }

  #take(body: string, headers: Record<string, string>): number {
    if (this.failWith !== undefined) return this.failWith;
    if (!this.secrets.some((secret) => verifies(secret, body, headers))) {
      this.refused += 1;
      return 401;
    }
    const { type, data } = JSON.parse(body) as Pick<ReceivedAlert, 'type' | 'data'>;
    this.received.push({ messageId: headers['webhook-id'] ?? '', type, data, body, headers });
    return 204;
  }
}

function verifies(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => done(server));
  });
}

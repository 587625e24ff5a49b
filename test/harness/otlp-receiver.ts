import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = { readonly stringValue?: string; readonly intValue?: string | number; readonly arrayValue?: object };

export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: Value }[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'service' | 'attributes' | 'links' | 'parentSpanId'> & {
        readonly parentSpanId?: string;
        readonly links?: ReceivedSpan['links'];
        readonly attributes?: readonly { readonly key: string; readonly value: Value }[];
      })[];
    }[];
  }[];
}

/** Takes spans by OTLP over HTTP in JSON, as a collector does (opentelemetry.io/docs/specs/otlp). */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Every body as it came, for canaries. */
  readonly bodies: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/v1/traces') receiver.#take(Buffer.concat(chunks).toString('utf8'));
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(body: string): void {
    this.bodies.push(body);
    for (const { resource, scopeSpans } of (JSON.parse(body) as ExportRequest).resourceSpans) {
      const service = plain(resource.attributes)['service.name'] ?? '';
      for (const { spans } of scopeSpans) {
        for (const { attributes = [], links = [], parentSpanId, ...span } of spans) {
          const parent = parentSpanId === '' ? undefined : parentSpanId;
          this.spans.push({ ...span, service, parentSpanId: parent, links, attributes: plain(attributes) });
        }
      }
    }
  }
}

const plain = (attributes: readonly { readonly key: string; readonly value: Value }[]): Record<string, string> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      String(value.stringValue ?? value.intValue ?? JSON.stringify(value.arrayValue ?? value)),
    ]),
  );

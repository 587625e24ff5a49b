import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listen } from '@keybrake/platform';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Say = (status: number, value: unknown) => void;

/** Stands in for api.goshippo.com: rates of known amounts, and labels that it remembers to have sold. */
export class ShippoStandIn {
  readonly received: Received[] = [];
  /** Rates of which a label was sold, each time it was. */
  readonly sold: string[] = [];
  readonly #amounts = new Map<string, string>();
  readonly #keys = new Set<string>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #url = '';

  static async start(): Promise<ShippoStandIn> {
    const made = new ShippoStandIn();
    made.#url = await listen(made.#server, { host: '127.0.0.1', port: 0, portVariable: 'KEYBRAKE_SIMULATOR_PORT' });
    return made;
  }

  get url(): string {
    return this.#url;
  }

  rate(id: string, amount: string): string {
    this.#amounts.set(id, amount);
    return id;
  }

  close(): Promise<void> {
    return closeServer(this.#server, 1_000);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const body = Buffer.concat(chunks).toString();
    this.received.push({ method, path, headers, body });
    const say: Say = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': `req_${this.received.length}` });
      response.end(JSON.stringify(value));
    };
    const [, rateId] = /^\/rates\/(\w+)$/.exec(path) ?? [];
    if (method === 'GET' && rateId !== undefined) {
      const amount = this.#amounts.get(rateId);
      return amount === undefined
        ? say(404, { detail: 'Not found' })
        : say(200, { object_id: rateId, amount, currency: 'USD' });
    }
    if (method !== 'POST' || path !== '/transactions') return say(404, { detail: 'Not found' });
    const onceKey = headers['x-once'];
    const { rate } = JSON.parse(body) as { rate: string };
    this.#sell(rate, typeof onceKey === 'string' ? onceKey : undefined, say, response);
  }

  /** Like a provider that deduplicates, where a key comes in `X-Once`; Shippo does not. */
  #sell(rate: string, onceKey: string | undefined, say: Say, response: ServerResponse): void {
    if (rate.startsWith('refused')) {
      say(201, { object_id: 'tr', rate, status: 'ERROR', messages: [{ text: 'no' }] });
      return;
    }
    const transaction = { object_id: `tr_${rate}`, rate, status: 'SUCCESS', label_url: 'https://label.example/1' };
    if (onceKey !== undefined && this.#keys.has(onceKey)) {
      say(201, transaction);
      return;
    }
    if (onceKey !== undefined) this.#keys.add(onceKey);
    this.sold.push(rate);
    if (rate.startsWith('lost')) response.destroy();
    else say(201, transaction);
  }
}

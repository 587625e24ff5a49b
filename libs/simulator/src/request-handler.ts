import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { ProviderApi, SimAnswer, SimRequest, SimulatedProvider } from './exchange.js';
import { type Fault, type FaultOrder, FaultOrders } from './faults.js';
import { IdempotencyMemory } from './idempotency.js';
import type { Witness } from './witness.js';

const BODY_BYTES_MAX = 2_000_000;

/** Receives, writes down, executes once, writes down again, answers; in between it fails as ordered. */
export class RequestHandler {
  readonly #apis: Record<SimulatedProvider, ProviderApi>;
  readonly #witness: Witness;
  readonly #nowMs: () => number;
  readonly #faults = new FaultOrders();
  readonly #memories: Record<SimulatedProvider, IdempotencyMemory>;

  constructor(apis: Record<SimulatedProvider, ProviderApi>, witness: Witness, nowMs: () => number) {
    this.#apis = apis;
    this.#witness = witness;
    this.#nowMs = nowMs;
    this.#memories = {
      stripe: new IdempotencyMemory(),
      twilio: new IdempotencyMemory(),
      resend: new IdempotencyMemory(),
    };
    for (const { received, ended } of witness.history()) {
      apis[received.provider].restore(ended.answer, { ...received, endedAtMs: ended.endedAtMs });
      if (!ended.saved || received.idempotencyKey === null) continue;
      this.#memories[received.provider].end(received.idempotencyKey, ended.fingerprint, ended.answer, ended.endedAtMs);
    }
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(message);
      const url = new URL(message.url ?? '/', 'http://simulator');
      if (url.pathname.startsWith('/_')) this.#control(message.method ?? '', url, body, response);
      else await this.#serve(message, url, body, response);
    } catch (error) {
      if (!response.headersSent) send(response, { status: 500, body: { error: String(error) } });
    }
  }

  async #serve(message: IncomingMessage, url: URL, body: string, response: ServerResponse): Promise<void> {
    const [provider, path] = route(url.pathname);
    const api = this.#apis[provider];
    const requestId = `req_${randomUUID().replaceAll('-', '').slice(0, 14)}`;
    const request: SimRequest = {
      method: message.method ?? '',
      path,
      query: url.searchParams,
      headers: message.headers,
      body,
      requestId,
    };
    const reading = api.read(request);
    const key = api.idempotency === undefined ? undefined : headerOf(message, 'idempotency-key');
    const credential = api.holdsRealCredential(request) ? 'real' : 'other';
    const sequence = await this.#witness.received({
      provider,
      ...reading,
      idempotencyKey: headerOf(message, 'idempotency-key') ?? null,
      credential,
      actsFor: headerOf(message, 'stripe-account') ?? headerOf(message, 'stripe-context') ?? null,
      vaultKeySeen: `${JSON.stringify(message.rawHeaders)}${message.url}${body}`.includes('vk_'),
      requestId,
      at: new Date(this.#nowMs()).toISOString(),
    });
    if (credential === 'other') {
      send(response, api.unauthorized, requestId);
      return;
    }
    const mutates = request.method !== 'GET';
    const fault = mutates ? this.#faults.take(provider, reading, key ?? null) : undefined;
    const answer = await this.#executeOnce(api, request, key, sequence, fault);
    if (answer === undefined || fault?.dropAfter === true) response.destroy();
    else send(response, answer, requestId);
  }

  /** Undefined: the connection is to be dropped. */
  async #executeOnce(
    api: ProviderApi,
    request: SimRequest,
    key: string | undefined,
    sequence: number,
    fault: Fault | undefined,
  ): Promise<SimAnswer | undefined> {
    const fingerprint = createHash('sha256').update(`${request.method} ${request.path}\n${request.body}`).digest('hex');
    const memory = this.#memories[api.provider];
    const dialect = request.method === 'GET' ? undefined : api.idempotency;
    if (dialect === undefined || key === undefined)
      return this.#execute(api, request, sequence, fault, { fingerprint });
    const instead = dialect.invalidKey(key) ?? memory.begin(key, fingerprint, this.#nowMs(), dialect);
    if (instead !== undefined) return instead;
    return this.#execute(api, request, sequence, fault, { fingerprint, key, memory });
  }

  async #execute(
    api: ProviderApi,
    request: SimRequest,
    sequence: number,
    fault: Fault | undefined,
    { fingerprint, key, memory }: { fingerprint: string; key?: string; memory?: IdempotencyMemory },
  ): Promise<SimAnswer | undefined> {
    const before = await beforeExecution(api, fault);
    if (before !== undefined) {
      if (key !== undefined) memory?.forget(key);
      return before === 'drop' ? undefined : before;
    }
    const { answer, executed } = api.execute(request);
    const given = fault?.failAfter === undefined ? answer : api.failure(fault.failAfter);
    const remembered = fault?.saveFailure === true ? given : answer;
    // Validation errors are not remembered; a declined card and a success are.
    const saved = key !== undefined && (executed || answer.status === 402);
    const endedAtMs = this.#nowMs();
    if (saved) memory?.end(key, fingerprint, remembered, endedAtMs);
    else if (key !== undefined) memory?.forget(key);
    await this.#witness.ended({
      event: 'ended',
      sequence,
      executed,
      saved,
      fingerprint,
      endedAtMs,
      answer: remembered,
    });
    if (fault?.delayAfterMs !== undefined) await wait(fault.delayAfterMs);
    return given;
  }

  #control(method: string, url: URL, body: string, response: ServerResponse): void {
    send(response, this.#controlAnswer(`${method} ${url.pathname}`, url.searchParams, body));
  }

  #controlAnswer(what: string, query: URLSearchParams, body: string): SimAnswer {
    switch (what) {
      case 'GET /_witness': {
        const data = this.#witness
          .entries()
          .filter(
            (entry) =>
              (query.get('provider') ?? entry.provider) === entry.provider &&
              (query.get('executed') ?? String(entry.executed)) === String(entry.executed) &&
              entry.sequence > Number(query.get('afterSequence') ?? 0),
          );
        return { status: 200, body: { data } };
      }
      case 'POST /_control':
        this.#faults.add(JSON.parse(body) as FaultOrder);
        return { status: 201, body: { data: this.#faults.list() } };
      case 'DELETE /_control':
        this.#faults.clear();
        return { status: 200, body: { data: [] } };
      case 'GET /_control':
        return { status: 200, body: { data: this.#faults.list() } };
      default:
        return { status: 404, body: { error: `no ${what}` } };
    }
  }
}

async function beforeExecution(api: ProviderApi, fault: Fault | undefined): Promise<SimAnswer | 'drop' | undefined> {
  if (fault?.delayMs !== undefined) await wait(fault.delayMs);
  if (fault?.dropBefore === true) return 'drop';
  if (fault?.failBefore !== undefined) return api.failure(fault.failBefore);
  if (fault?.redirectTo !== undefined) return { status: 302, body: {}, headers: { location: fault.redirectTo } };
  return undefined;
}

function route(pathname: string): [SimulatedProvider, string] {
  const prefix = /^\/(stripe|twilio|resend)(\/.*)$/.exec(pathname);
  if (prefix !== null) return [prefix[1] as SimulatedProvider, prefix[2] as string];
  if (pathname.startsWith('/2010-04-01/')) return ['twilio', pathname];
  return [pathname.startsWith('/emails') ? 'resend' : 'stripe', pathname];
}

function headerOf(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function send(response: ServerResponse, answer: SimAnswer, requestId?: string): void {
  const body = JSON.stringify(answer.body);
  const headers = { ...answer.headers, ...(requestId === undefined ? {} : { 'Request-Id': requestId }) };
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(answer.status === 204 ? undefined : body);
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

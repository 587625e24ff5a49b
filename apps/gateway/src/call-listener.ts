import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { CallAnswer, IncomingCall } from '@keybrake/application';
import type { ProviderRegistry } from '@keybrake/providers';
import { isAgentView } from './agent-view/agent-view.js';
import { type ReadLimits, readIncomingCall } from './incoming-call.js';

export interface CallListenerOptions {
  readonly proxyCall: (call: IncomingCall) => Promise<CallAnswer>;
  /** What a key may see of itself: paths below `/_keybrake/`. */
  readonly agentView: (call: IncomingCall) => Promise<CallAnswer>;
  readonly providers: ProviderRegistry;
  readonly limits: ReadLimits;
  /** A defect, or a caller that vanished while it was read; never a refusal. */
  readonly onError: (error: unknown) => void;
}

/** The transport of the call path. Counts the calls inside it, so that a shutdown can wait for them. */
export class CallListener {
  readonly #options: CallListenerOptions;
  #inFlight = 0;
  #idle: (() => void) | undefined;

  constructor(options: CallListenerOptions) {
    this.#options = options;
  }

  /** A node:http request listener. It never rejects. */
  readonly listen = (request: IncomingMessage, response: ServerResponse): void => {
    this.#inFlight += 1;
    void this.#handle(request, response).finally(() => {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#idle?.();
    });
  };

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Resolves when no call is inside. */
  drained(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = await readIncomingCall(request, this.#options.providers, this.#options.limits);
      // The caller may hang up from here on; the call goes on to its end all the same (R10).
      const { proxyCall, agentView } = this.#options;
      const answer = await (isAgentView(call) ? agentView(call) : proxyCall(call));
      await writeAnswer(response, answer, call.unreadable !== undefined);
    } catch (error) {
      this.#options.onError(error);
      if (response.headersSent) response.destroy();
      else fail(response);
    }
  }
}

async function writeAnswer(response: ServerResponse, answer: CallAnswer, closeAfter: boolean): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  // What is left of a body that was not read can't be told from the next request.
  if (closeAfter) response.setHeader('connection', 'close');
  if (answer.body instanceof Uint8Array) {
    response.setHeader('content-length', answer.body.length);
    response.end(answer.body);
    return;
  }
  await pipeline(answer.body, response);
}

function fail(response: ServerResponse): void {
  const body = JSON.stringify({
    error: {
      type: 'api_error',
      code: 'internal_error',
      message: 'Keybrake failed to handle this call. Retry with the same idempotency key.',
    },
  });
  response.writeHead(500, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

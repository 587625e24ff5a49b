import { isIP } from 'node:net';
import type { WebhookRequest, WebhookSender } from '@keybrake/application';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { isPublicAddress, lookupPublic } from './public-address.js';

export interface WebhookSenderOptions {
  /** `any`: for receivers on the operator's own network, and plain HTTP. */
  readonly targets: 'public' | 'any';
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_SHOWN = 200;

/** Sends over undici; redirects are not followed, and no connection goes to an address that is not allowed. */
export class HttpWebhookSender implements WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #agent: Agent;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    const lookup = options.targets === 'any' ? {} : { lookup: lookupPublic };
    this.#agent = new Agent({ connections: 8, connect: { timeout: 5_000, ...lookup } });
  }

  async problemOf(text: string): Promise<string | undefined> {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      return 'must be an address such as https://example.com/hook';
    if (url.username !== '' || url.password !== '') return 'must not hold a name or password';
    if (this.#options.targets === 'any') return undefined;
    if (url.protocol !== 'https:') return 'must begin with https://';
    return insideProblem(url.hostname.replace(/^\[|\]$/g, ''));
  }

  async send({ url, messageId, atMs, body, secrets }: WebhookRequest) {
    const timestamp = new Date(atMs);
    const problem = await this.problemOf(url);
    if (problem !== undefined) return { error: `The address ${problem}.` };
    try {
      const answer = await request(url, {
        dispatcher: this.#agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Keybrake',
          'webhook-id': messageId,
          'webhook-timestamp': String(Math.floor(atMs / 1_000)),
          'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, timestamp, body)).join(' '),
        },
        body,
        signal: AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS),
      });
      const text = await startOf(answer.body);
      const { statusCode: status } = answer;
      return status >= 200 && status < 300 ? { status } : { status, error: `answered ${status}${text}` };
    } catch (error) {
      return { error: error instanceof Error ? `not reached: ${error.message}` : 'not reached' };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

async function insideProblem(hostname: string): Promise<string | undefined> {
  if (isIP(hostname) !== 0) return isPublicAddress(hostname) ? undefined : 'must be public';
  const error = await new Promise<Error | null>((done) => lookupPublic(hostname, {}, done));
  return error === null ? undefined : `can't be used: ${error.message}`;
}

/** What a receiver says about its refusal, cut; the rest is not read. */
async function startOf(body: AsyncIterable<Buffer> & { dump?: () => Promise<void> }): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk.toString('utf8');
    if (text.length >= ANSWER_BYTES_SHOWN) break;
  }
  const shown = text
    .slice(0, ANSWER_BYTES_SHOWN)
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .trim();
  return shown === '' ? '' : `: ${shown}`;
}

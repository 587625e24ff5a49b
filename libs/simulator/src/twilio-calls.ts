import { randomBytes } from 'node:crypto';
import type { Execution, SimAnswer, SimRequest } from './exchange.js';
import { twilioDate, twilioFailure } from './twilio-answers.js';

interface Call {
  readonly sid: string;
  readonly createdAtMs: number;
  /** Seconds, as the caller limited it; four hours by default. */
  readonly timeLimit: number;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Everybody hangs up after it, or at the call's limit. */
const LASTS_SECONDS = 65;
const RINGS_MS = 1_000;
const MINUTE_PRICE_MICROS = 14_000;

/** Twilio's calls: each is answered, lasts 65 seconds or its limit, and has its price once it is over. */
export class TwilioCalls {
  readonly #calls = new Map<string, Call>();
  readonly #base: string;
  readonly #nowMs: () => number;

  constructor(accountSid: string, nowMs: () => number) {
    this.#base = `/2010-04-01/Accounts/${accountSid}`;
    this.#nowMs = nowMs;
  }

  /** Undefined for a request that is not about calls. */
  execute({ method, path, body }: SimRequest): Execution | undefined {
    if (path === `${this.#base}/Calls.json` && method === 'POST') {
      const answer = this.#create(new URLSearchParams(body));
      return { answer, executed: answer.status === 201 };
    }
    const sid = /\/Calls\/(CA[a-z0-9]+)\.json$/.exec(path)?.[1];
    if (sid === undefined) return undefined;
    const call = this.#calls.get(sid);
    if (call === undefined) {
      return { answer: twilioFailure(404, 20404, `The requested resource ${path} was not found`), executed: false };
    }
    return { answer: { status: 200, body: this.#shown(call) }, executed: method === 'POST' };
  }

  #create(form: URLSearchParams): SimAnswer {
    if (form.get('To') === null) return twilioFailure(400, 21201, "No 'To' number is specified");
    if (form.get('From') === null) return twilioFailure(400, 21213, "No 'From' number is specified");
    if (!['Url', 'Twiml', 'ApplicationSid'].some((name) => form.has(name))) {
      return twilioFailure(400, 21205, 'Url parameter is required.');
    }
    const sid = `CA${randomBytes(16).toString('hex')}`;
    const createdAtMs = this.#nowMs();
    const members = { to: form.get('To'), from: form.get('From'), direction: 'outbound-api' };
    const call = { sid, createdAtMs, timeLimit: Number(form.get('TimeLimit') ?? 14_400), members };
    this.#calls.set(sid, call);
    return { status: 201, body: this.#shown(call) };
  }

  // It takes no real time: what it lasted is told as soon as it has rung.
  #shown({ sid, createdAtMs, timeLimit, members }: Call): object {
    const isOver = this.#nowMs() - createdAtMs >= RINGS_MS;
    const seconds = Math.min(timeLimit, LASTS_SECONDS);
    const priceMicros = Math.ceil(seconds / 60) * MINUTE_PRICE_MICROS;
    return {
      sid,
      ...members,
      status: isOver ? 'completed' : 'queued',
      duration: isOver ? String(seconds) : null,
      price: isOver ? `-${(priceMicros / 1_000_000).toFixed(5)}` : null,
      price_unit: 'USD',
      date_created: twilioDate(createdAtMs),
      uri: `${this.#base}/Calls/${sid}.json`,
    };
  }
}

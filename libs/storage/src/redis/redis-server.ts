import type { SecureContextOptions } from 'node:tls';
import { DependencyUnavailable } from '@keybrake/application';
import { Redis } from 'ioredis';
import { loadScripts } from './scripts.js';
import { checkServer, parseInfo, UnsafeServer } from './server-guard.js';

export type RedisTls = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

export interface RedisServerOptions {
  /** `rediss:` for TLS. */
  readonly url: string;
  /** Whom to trust and who we are, in PEM; undefined: the authorities that Node knows. */
  readonly tls?: RedisTls | undefined;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** The connection broke, or the server was refused by the guard; said once per change. */
  readonly onTrouble: (error: Error) => void;
}

const DEPENDENCY = 'The admission store';
const CONNECT_TIMEOUT_MS = 1_000;
const COMMAND_TIMEOUT_MS = 1_500;
const RECONNECT_MAX_MS = 500;
const GUARD_EVERY_MS = 2_000;
const FIRST_READY_WAIT_MS = 3_000;

/** The server refused, or could not run, the script: nothing was done. Anything else it says is a defect. */
const UNAVAILABLE_REPLY = /^(OOM|LOADING|READONLY|MISCONF|BUSY|MASTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM)/;

/**
 * One connection to the Redis that admits. Usable only after the guard has looked at the server, anew for every
 * connection: a restarted server is a new one. Nothing waits in a queue and nothing is sent twice behind our back.
 */
export class RedisServer {
  readonly #redis: Redis;
  readonly #options: RedisServerOptions;
  readonly #guardTimer: NodeJS.Timeout;
  #runId: string | undefined;
  #lastTrouble = '';
  #firstReady: Promise<void>;

  constructor(options: RedisServerOptions) {
    this.#options = options;
    this.#redis = new Redis(options.url, {
      ...(options.tls === undefined ? {} : { tls: { ...options.tls } }),
      connectionName: options.name,
      // Nobody asks for it, and it would be one more right in deploy/redis/users.acl.
      disableClientInfo: true,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      enableAutoPipelining: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(20 * 2 ** Math.min(attempt, 6), RECONNECT_MAX_MS),
      scripts: Object.fromEntries(Object.entries(loadScripts()).map(([name, lua]) => [`kb_${name}`, { lua }])),
    });
    this.#firstReady = new Promise((resolve) => {
      this.#redis.once('ready', () => void this.#guard().then(resolve));
      const timer = setTimeout(resolve, FIRST_READY_WAIT_MS);
      timer.unref();
    });
    this.#redis.on('ready', () => void this.#guard());
    this.#redis.on('close', () => {
      this.#runId = undefined;
    });
    this.#redis.on('error', (error: Error) => this.#trouble(error));
    // Settings can change, and replicas attach, while a connection lives.
    this.#guardTimer = setInterval(() => void this.#guard(), GUARD_EVERY_MS);
    this.#guardTimer.unref();
  }

  /** Resolves when the guard let the server pass, or after a few seconds without: an outage at start is one like any other. */
  opened(): Promise<void> {
    return this.#firstReady;
  }

  /** Rejects with `DependencyUnavailable`, the guard's reason as its cause. */
  async check(): Promise<void> {
    try {
      await this.#inspect();
    } catch (error) {
      this.#refuse(error);
      throw new DependencyUnavailable(DEPENDENCY, { cause: error });
    }
  }

  /** Runs a script of ../../lua with the server's run id as first argument. One round trip. */
  async run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const runId = this.#requireRunId();
    return this.#guarded(() => this.#script(script)(keys.length, ...keys, runId, ...args));
  }

  /** Many runs of one script in a few round trips; replies in the same order. */
  async runAll(
    script: string,
    calls: readonly { keys: readonly string[]; args: readonly (string | number)[] }[],
  ): Promise<readonly unknown[]> {
    const runId = this.#requireRunId();
    return this.#guarded(() =>
      Promise.all(calls.map(({ keys, args }) => this.#script(script)(keys.length, ...keys, runId, ...args))),
    );
  }

  /** Plain commands, where one script would do no more than one command. */
  async command<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    this.#requireRunId();
    return this.#guarded(() => work(this.#redis));
  }

  get runId(): string {
    return this.#requireRunId();
  }

  async close(): Promise<void> {
    clearInterval(this.#guardTimer);
    this.#redis.disconnect();
  }

  #script(name: string): (...args: (string | number)[]) => Promise<unknown> {
    const scripts = this.#redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;
    return (...args) => (scripts[`kb_${name}`] as (...all: unknown[]) => Promise<unknown>).apply(this.#redis, args);
  }

  async #guard(): Promise<void> {
    if (this.#redis.status !== 'ready') return;
    await this.#inspect().catch((error: unknown) => this.#refuse(error));
  }

  async #inspect(): Promise<void> {
    const info = parseInfo(await this.#redis.info());
    this.#runId = checkServer(info, await snapshotSetting(this.#redis));
    this.#lastTrouble = '';
  }

  /** A look that only timed out says nothing about the server; the connection's own commands will. */
  #refuse(error: unknown): void {
    if (!(error instanceof UnsafeServer)) return;
    this.#runId = undefined;
    this.#trouble(error);
  }

  #requireRunId(): string {
    if (this.#runId === undefined) throw new DependencyUnavailable(DEPENDENCY, { cause: new Error(this.#lastTrouble) });
    return this.#runId;
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isReplyError(error) && !UNAVAILABLE_REPLY.test(error.message)) throw error;
      throw new DependencyUnavailable(DEPENDENCY, { cause: error });
    }
  }

  #trouble(error: Error): void {
    if (error.message === this.#lastTrouble) return;
    this.#lastTrouble = error.message;
    this.#options.onTrouble(error);
  }
}

/** CONFIG is often forbidden, then undefined; the run id still tells a restored server. */
export async function snapshotSetting(redis: Redis): Promise<string | undefined> {
  try {
    const reply: unknown = await redis.config('GET', 'save');
    return Array.isArray(reply) ? String(reply[1] ?? '') : String((reply as { save?: string }).save ?? '');
  } catch (error) {
    if (isReplyError(error)) return undefined;
    throw error;
  }
}

function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

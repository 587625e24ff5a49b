import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where Node keeps what it compiled: the apps are started hundreds of times, and a quarter of a start is compiling. */
const COMPILED = fileURLToPath(new URL('../../../.cache/compiled', import.meta.url));

export interface ProcessOptions {
  readonly name: string;
  /** A built entry file; run with this process's own Node. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Polled until it answers 200. */
  readonly readyUrl: string;
  readonly readyWithinMs?: number;
}

const LAST_WORDS_MS = 2_000;

/** A process that the test started, and the only kind that it ever ends: by its own pid. */
export class ServerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  /** It has ended, and all that it printed was read; a child that outlives it and prints to the same place holds this up. */
  readonly #silent: Promise<void>;
  /** Everything it printed, for canary searches and for the report of a failed start. */
  output = '';

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    this.exited = new Promise((done) => child.once('exit', (code) => done(code)));
    this.#silent = new Promise((done) => child.once('close', () => done()));
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  static async start(options: ProcessOptions): Promise<ServerProcess> {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [options.entry], {
      env: { PATH, HOME, NODE_COMPILE_CACHE: COMPILED, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new ServerProcess(options.name, child);
    await server.#ready(options.readyUrl, options.readyWithinMs ?? 60_000);
    return server;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Asks it to stop; kills it when it doesn't. */
  async stop(withinMs = 15_000): Promise<number | null> {
    this.signal('SIGTERM');
    const code = await Promise.race([this.exited, wait(withinMs, 'late' as const)]);
    if (code !== 'late') return code;
    this.signal('SIGKILL');
    return this.exited;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  async #ready(url: string, withinMs: number): Promise<void> {
    const giveUpAtMs = Date.now() + withinMs;
    while (this.running && Date.now() < giveUpAtMs) {
      const ready = await fetch(url).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await wait(20);
    }
    this.signal('SIGKILL');
    await Promise.race([this.#silent, wait(LAST_WORDS_MS)]);
    throw new Error(`${this.name} did not become ready at ${url}:\n${this.output.slice(-4_000)}`);
  }
}

/** Below the ports that systems give to outgoing connections (32768 and up), one of which could take it before its process does. */
const PORTS = { from: 15_000, to: 32_000 };
/** In turn from a random one on: no port is given twice before its process has taken it. */
let lastPort = randomInt(PORTS.from, PORTS.to);

/** A loopback port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    lastPort = lastPort + 1 < PORTS.to ? lastPort + 1 : PORTS.from;
    const port = lastPort;
    const server = createServer();
    const free = await new Promise<boolean>((found) => {
      server.once('error', () => found(false)).listen(port, '127.0.0.1', () => found(true));
    });
    if (!free) continue;
    await new Promise((closed) => server.close(closed));
    return port;
  }
  throw new Error(`no free port from ${PORTS.from} to ${PORTS.to} on 127.0.0.1`);
}

/** Waits for a condition, not for a time; fails with what was last seen. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T> | T,
  isRight: (seen: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const giveUpAtMs = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isRight(seen)) return seen;
    if (Date.now() > giveUpAtMs) throw new Error(`${what} did not come true; last seen: ${describe(seen)}`);
    await wait(20);
  }
}

function describe(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? `${member}` : member));
}

import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface ServerCommand {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly readyWithinMs?: number;
}

const OUTPUT_KEPT = 20_000;

/** Somebody else's server that this process started, and that it alone ends: by pid. */
export class ForeignServer {
  readonly #child: ChildProcess;
  readonly exited: Promise<void>;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((done) => child.once('exit', () => done()));
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_KEPT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    void this.exited.then(() => process.removeListener('exit', endWithUs));
  }

  /** Resolves when the port takes connections. */
  static async start(command: ServerCommand): Promise<ForeignServer> {
    const child = spawn(command.file, command.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...command.env },
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      // Its own group: Ctrl-C in a terminal must not end it before those who use it.
      detached: true,
    });
    const server = new ForeignServer(child);
    await new Promise<void>((spawned, failed) => child.once('spawn', spawned).once('error', failed));
    const giveUpAtMs = Date.now() + (command.readyWithinMs ?? 15_000);
    while (!(await takesConnections(command.port))) {
      if (!server.running) throw new Error(`${command.name} ended while starting:\n${server.#output}`);
      if (Date.now() > giveUpAtMs) {
        server.signal('SIGKILL');
        throw new Error(`${command.name} does not listen on ${command.port}:\n${server.#output}`);
      }
      await wait(20);
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** SIGTERM, and SIGKILL when that takes too long. */
  async stop(withinMs = 10_000): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), withinMs);
    await this.exited.finally(() => clearTimeout(timer));
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (taken: boolean) => {
      socket.destroy();
      done(taken);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../node_modules/.bin/keybrake', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
}

/** The real `keybrake` in a folder and with a configuration of its own. */
export class Cli {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#env = env;
  }

  static async open(env: Readonly<Record<string, string>> = {}): Promise<Cli> {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-cli-'));
    return new Cli(folder, { XDG_CONFIG_HOME: join(folder, 'config'), ...env });
  }

  /** With `keybrake` on the PATH. */
  get env(): Readonly<Record<string, string>> {
    const { PATH = '', HOME = '' } = process.env;
    return { HOME, PATH: [dirname(BIN), PATH].join(delimiter), ...this.#env };
  }

  start(args: readonly string[], options: CliOptions = {}): RunningCommand {
    const child = spawn(BIN, args, { cwd: this.folder, env: { ...this.env, ...options.env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.end(options.input ?? '');
    const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, stdout, stderr })));
    return { child, ended, stdout: () => stdout, stderr: () => stderr };
  }

  run(args: readonly string[], options: CliOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** What a script reads. Throws when the command fails. */
  async json<T>(args: readonly string[], options: CliOptions = {}): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], options);
    if (code !== 0) throw new Error(`keybrake ${args.join(' ')} ended with ${code}:\n${stderr}`);
    return JSON.parse(stdout) as T;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

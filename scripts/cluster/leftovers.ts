import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { claimFolder, processIdentity } from '@keybrake/platform';

interface Started {
  readonly name: string;
  readonly pid: number;
  readonly identity: string | undefined;
}

interface Running {
  readonly name: string;
  readonly pid: number;
}

const GONE_WITHIN_MS = 10_000;
const POLL_MS = 20;

/**
 * What this cluster has started, kept on disk, so that the next start can end what a kill -9 of this one leaves running.
 * Opening it ends what an earlier one left; throws while another cluster uses the folder.
 */
export class StartedProcesses {
  readonly #file: string;
  readonly #release: () => Promise<void>;
  readonly #running: Running[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, release: () => Promise<void>) {
    this.#file = file;
    this.#release = release;
  }

  static async open(folder: string, say: (message: string) => void): Promise<StartedProcesses> {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    const claim = await claimFolder(folder, { onProgress: say });
    const file = join(folder, 'processes.json');
    await endLeftovers(file, say);
    return new StartedProcesses(file, () => claim.release());
  }

  async add(...started: readonly Running[]): Promise<void> {
    this.#running.push(...started);
    await this.update();
  }

  /** One of them has another pid now. */
  update(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#release();
  }

  async #write(): Promise<void> {
    const started: Started[] = await Promise.all(
      this.#running.map(async ({ name, pid }) => ({ name, pid, identity: await processIdentity(pid) })),
    );
    await writeFile(`${this.#file}.draft`, JSON.stringify(started), { mode: 0o600 });
    await rename(`${this.#file}.draft`, this.#file);
  }
}

/** Ends the processes of an earlier cluster that still run. A pid that belongs to another process by now is left alone. */
async function endLeftovers(file: string, say: (message: string) => void): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  for (const { name, pid, identity } of JSON.parse(text) as Started[]) {
    const isOurs = async () => identity !== undefined && (await processIdentity(pid)) === identity;
    if (!(await isOurs())) continue;
    say(`ending ${name} of an earlier start (process ${pid})`);
    process.kill(pid, 'SIGKILL');
    const giveUpAtMs = Date.now() + GONE_WITHIN_MS;
    while (await isOurs()) {
      if (Date.now() > giveUpAtMs) throw new Error(`${name} of an earlier start (process ${pid}) does not end`);
      await wait(POLL_MS);
    }
  }
}

import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireProgram } from '@keybrake/testing/programs';

/** A store's clock that is set like a watch, by libfaketime, and gateways' clocks that differ from it. */
export class Clocks {
  readonly #folder: string;
  readonly #skewsMs: readonly number[];
  #offsetMs = 0;

  private constructor(folder: string, skewsMs: readonly number[]) {
    this.#folder = folder;
    this.#skewsMs = skewsMs;
  }

  static async create(skewsMs: readonly number[]): Promise<Clocks> {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-clocks-'));
    // The database runs under another user.
    await chmod(folder, 0o755);
    return new Clocks(folder, skewsMs);
  }

  /** For `FaultPlan.clockOffsetFile`, in the order of the skews. */
  get gatewayFiles(): readonly string[] {
    return this.#skewsMs.map((_skew, index) => join(this.#folder, `gateway-${index}`));
  }

  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }

  async set(nowMs: number): Promise<void> {
    const seconds = Math.round((nowMs - Date.now()) / 1_000);
    this.#offsetMs = seconds * 1_000;
    await writeFile(this.#storeFile, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`);
    const files = this.gatewayFiles;
    await Promise.all(
      this.#skewsMs.map((skewMs, index) => writeFile(files[index] as string, String(this.#offsetMs + skewMs))),
    );
  }

  /** Servers that `start` starts with this process's environment take their time from here. */
  async faking<T>(start: () => Promise<T>): Promise<T> {
    const settings = {
      LD_PRELOAD: await fakeTimeLibrary(),
      FAKETIME_TIMESTAMP_FILE: this.#storeFile,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    Object.assign(process.env, settings);
    try {
      return await start();
    } finally {
      for (const name of Object.keys(settings)) delete process.env[name];
    }
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  get #storeFile(): string {
    return join(this.#folder, 'store');
  }
}

async function fakeTimeLibrary(): Promise<string> {
  requireProgram({ name: 'faketime', debianPackage: 'faketime', advice: 'put libfaketime below /usr/lib' });
  const machine = (await readdir('/usr/lib')).find((name) => name.endsWith('-linux-gnu'));
  return `/usr/lib/${machine}/faketime/libfaketime.so.1`;
}

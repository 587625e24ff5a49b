import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './processes.js';
import { requireProgram } from './programs.js';
import { ForeignServer } from './server-process.js';

const PACKAGE = { debianPackage: 'prometheus', advice: 'put Prometheus’s own programs on the PATH' };

export const promtoolPath = (): string => requireProgram({ name: 'promtool', ...PACKAGE });

/** What is scraped, by job name. */
export type ScrapeTargets = Readonly<Record<string, readonly string[]>>;

/** A Prometheus that scrapes every second; its data goes with it. */
export class PrometheusProcess {
  readonly #server: ForeignServer;
  readonly #folder: string;
  readonly #url: string;

  private constructor(server: ForeignServer, folder: string, port: number) {
    this.#server = server;
    this.#folder = folder;
    this.#url = `http://127.0.0.1:${port}`;
  }

  static async start(targets: ScrapeTargets): Promise<PrometheusProcess> {
    const file = requireProgram({ name: 'prometheus', ...PACKAGE });
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-prometheus-'));
    const port = await freePort();
    const scrape_configs = Object.entries(targets).map(([job_name, urls]) => ({
      job_name,
      static_configs: [{ targets: urls.map((url) => new URL(url).host) }],
    }));
    // JSON is YAML.
    const config = { global: { scrape_interval: '1s' }, scrape_configs };
    await writeFile(join(folder, 'prometheus.yaml'), JSON.stringify(config));
    const server = await ForeignServer.start({
      name: 'prometheus',
      file,
      args: [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      port,
    });
    return new PrometheusProcess(server, folder, port);
  }

  /** Values of an instant query, NaN left out. Throws for an expression that Prometheus refuses. */
  async values(expression: string): Promise<readonly number[]> {
    const response = await fetch(`${this.#url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
    const answer = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: readonly { value: readonly [number, string] }[] };
    };
    if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
    return answer.data.result.map(({ value }) => Number(value[1])).filter((value) => !Number.isNaN(value));
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = dirname(import.meta.dirname);
const run = promisify(execFile);

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

async function sourcesIn(folder: string): Promise<Source[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !/(^|\/)(dist|node_modules|generated)\//.test(path));
  return Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(root, path), 'utf8');
      return { path, text, lines: text.split('\n').length - 1 };
    }),
  );
}

let sources: Source[];
let scratch: string;

beforeAll(async () => {
  sources = (await Promise.all(['apps', 'libs', 'scripts', 'test'].map(sourcesIn))).flat();
  scratch = await mkdtemp(join(tmpdir(), 'keybrake-architecture-'));
});
afterAll(() => rm(scratch, { recursive: true }));

/** Output of a program from node_modules that may fail. */
async function outputOf(script: string, args: readonly string[], cwd: string): Promise<string> {
  const command = [join(root, 'node_modules', script), ...args];
  const { stdout, stderr } = await run(process.execPath, command, { cwd }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

test('no file is longer than 300 lines, and half of them are at most 80', () => {
  expect(sources.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  const lengths = sources.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(80);
});

test('only the configuration reads the environment', () => {
  // The dashboard runs in a browser: there are snippets in it that read the environment of an agent.
  const processes = sources.filter(({ path }) => /^(apps\/(?!dashboard\/)|libs\/)/.test(path));
  const readers = processes.filter(({ text }) => /\bprocess\.env\b/.test(text));
  const shipped = readers.map(({ path }) => path).filter((path) => !/\.test\.ts$|^libs\/testing\//.test(path));
  // The simulator's own process can't use the configuration: it knows nothing of what it witnesses.
  expect(shipped.filter((path) => path !== 'libs/simulator/src/main.ts').sort()).toEqual([
    'apps/cli/src/environment.ts',
    'libs/platform/src/config/config.ts',
  ]);
});

test('the core asks nobody for the time or for chance', () => {
  const impure = /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.)/;
  const core = sources.filter(
    ({ path }) => /^libs\/(domain|providers|application)\//.test(path) && !path.endsWith('.test.ts'),
  );
  expect(core.filter(({ text }) => impure.test(text)).map(({ path }) => path)).toEqual([]);
});

test('nothing switches the type checker off, and a lint rule only with a reason', () => {
  const marks = /@ts-(ignore|nocheck|expect-error)|biome-ignore [\w/]+\s*(:\s*)?$/m;
  const switchedOff = sources.filter(({ path, text }) => path !== 'test/architecture.unit.test.ts' && marks.test(text));
  expect(switchedOff.map(({ path }) => path)).toEqual([]);
});

test('a promise that nobody waits for is an error', async () => {
  const fixture = join(scratch, 'floating-promise.ts');
  await cp(join(root, 'test/fixtures/floating-promise.ts.txt'), fixture);
  await cp(join(root, 'biome.json'), join(scratch, 'biome.json'));
  const output = await outputOf('@biomejs/biome/bin/biome', ['lint', fixture], scratch);
  expect(output).toContain('floating-promise.ts:6:3 lint/nursery/noFloatingPromises');
  expect(output).toContain('Found 1 error.');
});

test('an import against the arrows is an error', async () => {
  const planted = {
    'libs/domain/src/money.ts': "import '../../storage/src/index.js'; import 'node:fs'; import './policy.js';",
    'libs/domain/src/policy.ts': "import './money.js';",
    'libs/storage/src/index.ts': "import '../../../apps/ledger/src/app.js';",
    'apps/ledger/src/app.ts': "import '../../gateway/src/index.js'; import '../../../libs/storage/src/pool.js';",
    'apps/gateway/src/index.ts': 'export {};',
    'libs/storage/src/pool.ts': 'export {};',
  };
  for (const [path, text] of Object.entries(planted)) {
    await mkdir(join(scratch, dirname(path)), { recursive: true });
    await writeFile(join(scratch, path), text);
  }
  const args = ['--config', join(root, '.dependency-cruiser.mjs'), '--', 'libs', 'apps'];
  const output = await outputOf('dependency-cruiser/bin/dependency-cruiser.mjs', args, scratch);
  const broken = [...output.matchAll(/error ([\w-]+): (\S+)/g)].map(([, rule, path]) => `${rule} ${path}`);
  expect(new Set(broken)).toEqual(
    new Set([
      'apps-know-no-other-app apps/ledger/src/app.ts',
      'domain-imports-only-itself libs/domain/src/money.ts',
      'libs-know-no-app libs/storage/src/index.ts',
      'no-cycles libs/domain/src/money.ts',
      'only-through-the-front-door apps/ledger/src/app.ts',
      'only-through-the-front-door libs/storage/src/index.ts',
      'pure-core libs/domain/src/money.ts',
    ]),
  );
});

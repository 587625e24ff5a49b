// Transpiles every package's src/ to dist/, file by file. Node runs dist/; tsc and vitest read src/ (condition `source`).
// The dashboard is for browsers: Vite bundles it, when something of it has changed.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = (name) => join(root, '.cache', `${name}.json`);
const inputsBesideSources = ['scripts/build.mjs', 'tsconfig.base.json', 'tsconfig.json', 'package-lock.json'];
const dashboard = 'apps/dashboard';

// TypeScript, and data that it imports.
const isSource = (path) =>
  /\.(ts|json)$/.test(path) && !/\.((unit|int|e2e)\.test|fixture)\.ts$/.test(path) && !path.endsWith('.d.ts');

async function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

async function packages() {
  const groups = await Promise.all(
    ['libs', 'apps'].map(async (group) => {
      const entries = await readdir(join(root, group), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => `${group}/${entry.name}`);
    }),
  );
  return groups.flat().filter((folder) => folder !== dashboard);
}

async function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const { mtimeMs, size } = await stat(join(root, path));
    hash.update(`${path}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
}

async function previousFingerprint(name) {
  try {
    return JSON.parse(await readFile(stampFile(name), 'utf8')).fingerprint;
  } catch {
    return undefined;
  }
}

async function keepFingerprint(name, fingerprint) {
  await mkdir(dirname(stampFile(name)), { recursive: true });
  await writeFile(stampFile(name), JSON.stringify({ fingerprint }));
}

/** Outputs whose source is gone would still be imported by name; they go first. */
async function removeStale(packageFolders, outputs) {
  for (const folder of packageFolders) {
    for (const path of await filesUnder(`${folder}/dist`)) {
      if (!outputs.has(path.replace(/\.map$/, ''))) await rm(join(root, path));
    }
  }
}

/** Resolves to the number of files written, 0 when nothing changed since the last build. */
export async function build() {
  const transpiled = await transpile();
  return transpiled + (await bundleDashboard());
}

async function bundleDashboard() {
  const sources = (await filesUnder(dashboard)).filter((path) => !/\/(dist|node_modules)\/|\.test\.tsx?$/.test(path));
  const current = await fingerprint([...sources.sort(), 'docs/sdks.md', ...inputsBesideSources]);
  const built = existsSync(join(root, dashboard, 'dist/index.html'));
  if (built && current === (await previousFingerprint('dashboard'))) return 0;
  const vite = await import('vite');
  await vite.build({ configFile: join(root, dashboard, 'vite.config.ts'), logLevel: 'warn' });
  await keepFingerprint('dashboard', current);
  return sources.length;
}

async function transpile() {
  const packageFolders = await packages();
  const sources = (await Promise.all(packageFolders.map((folder) => filesUnder(`${folder}/src`))))
    .flat()
    .filter(isSource)
    .sort();
  const outputOf = (source) => source.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
  const outputs = new Set(sources.map(outputOf));

  const current = await fingerprint([...sources, ...inputsBesideSources]);
  const complete = [...outputs].every((path) => existsSync(join(root, path)));
  if (complete && current === (await previousFingerprint('build'))) return 0;

  const esbuild = await import('esbuild');
  await removeStale(packageFolders, outputs);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: sources.map((source) => ({ in: source, out: outputOf(source).replace(/\.(js|json)$/, '') })),
    outdir: '.',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    loader: { '.json': 'copy' },
    sourcemap: true,
    tsconfig: 'tsconfig.json',
    logLevel: 'warning',
  });
  await keepFingerprint('build', current);
  return sources.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const startedMs = performance.now();
  const written = await build();
  const took = `${Math.round(performance.now() - startedMs)} ms`;
  console.log(written === 0 ? `build: up to date (${took})` : `build: ${written} files (${took})`);
}

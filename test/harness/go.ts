import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireProgram } from '@keybrake/testing/programs';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));
const sources = fileURLToPath(new URL('../sdks/go', import.meta.url));
/** The oldest 1.x that builds the pinned modules. */
const MINOR_MIN = 19;
const BUILD_TIMEOUT_MS = 300_000;

/** Builds test/sdks/go into `.cache/bin`; Go's own cache makes the next time short. Throws with what to install. */
export async function buildGoCases(): Promise<string> {
  const go = requireGo();
  const program = join(cache, 'bin', 'sdk-cases');
  await run(go, ['build', '-buildvcs=false', '-o', program, '.'], {
    cwd: sources,
    timeout: BUILD_TIMEOUT_MS,
    env: goSettings(),
  });
  return program;
}

const HELM = 'helm.sh/helm/v3/cmd/helm@v3.19.2';
const HELM_GO_MINOR = 24;

/** Helm from the PATH, or built once into `.cache/bin`: about two minutes. */
export async function requireHelm(): Promise<string> {
  const onPath = spawnSync('helm', ['version', '--short'], { encoding: 'utf8' });
  if (onPath.status === 0 && onPath.stdout.startsWith('v3')) return 'helm';
  const program = join(cache, 'bin', 'helm');
  if (existsSync(program)) return program;
  const go = requireGo(HELM_GO_MINOR);
  process.stdout.write('keybrake: building Helm into .cache/bin (two minutes, once)\n');
  const env = { ...goSettings(), GOBIN: join(cache, 'bin') };
  await run(go, ['install', '-buildvcs=false', HELM], { timeout: BUILD_TIMEOUT_MS, env });
  return program;
}

function requireGo(minorMin = MINOR_MIN): string {
  const needed = `Go 1.${minorMin} or newer`;
  const isNewEnough = (go: string) => minorOf(go) >= minorMin;
  const given = process.env.KEYBRAKE_TEST_GO;
  if (given !== undefined && !isNewEnough(given)) throw new Error(`KEYBRAKE_TEST_GO=${given} is no ${needed}`);
  if (given !== undefined) return given;
  return requireProgram({
    name: 'go',
    debianPackage: 'golang-go',
    advice: `put ${needed} on the PATH as go, or its path into KEYBRAKE_TEST_GO`,
    accepts: isNewEnough,
  });
}

/** Of Go 1; 0 for what is no Go. */
function minorOf(go: string): number {
  const { stdout } = spawnSync(go, ['version'], { encoding: 'utf8', env: goSettings() });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return Number(major) > 1 ? Number.POSITIVE_INFINITY : Number(minor ?? 0);
}

/** The toolchain that is there, never one that it downloads, and no C compiler; caches that also work without a home. */
function goSettings(): NodeJS.ProcessEnv {
  const { GOPATH = join(cache, 'go'), HOME = '' } = process.env;
  const modules = HOME === '' ? { GOPATH } : {};
  return { ...process.env, ...modules, GOCACHE: join(cache, 'go-build'), GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };
}

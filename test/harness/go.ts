import { execFile, spawnSync } from 'node:child_process';
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

function requireGo(): string {
  const needed = `Go 1.${MINOR_MIN} or newer`;
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

function isNewEnough(go: string): boolean {
  const { stdout } = spawnSync(go, ['version'], { encoding: 'utf8', env: goSettings() });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return Number(major) > 1 || Number(minor) >= MINOR_MIN;
}

/** The toolchain that is there, never one that it downloads, and no C compiler; caches that also work without a home. */
function goSettings(): NodeJS.ProcessEnv {
  const { GOPATH = join(cache, 'go'), HOME = '' } = process.env;
  const modules = HOME === '' ? { GOPATH } : {};
  return { ...process.env, ...modules, GOCACHE: join(cache, 'go-build'), GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { charge } from '../harness/calls.ts';
import { pythonWith } from '../harness/python.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

// Schemathesis: requests made from the OpenAPI document, valid and invalid, and every answer compared with it.
const CONFIG = join(import.meta.dirname, '../openapi/schemathesis.toml');
const EXAMPLES = process.env.KEYBRAKE_TEST_CHAOS === 'full' ? 100 : 12;
const TIMEOUT_MS = 600_000;
/** Would end the very token that the run is signed in with. */
const REVOKE_TOKEN = '/v1/tokens/{id}/revoke';
/** Streams that do not end by themselves. */
const ENDLESS = ['/v1/audit/tail'];

let system: System;
let program: string;
let folder: string;

beforeAll(async () => {
  const python = await pythonWith('Schemathesis', 'test/openapi/requirements.txt', 'schemathesis');
  program = join(dirname(python), 'schemathesis');
  folder = await mkdtemp(join(tmpdir(), 'keybrake-openapi-'));
  system = await startSystem({ env: { KEYBRAKE_SIGN_IN_FAILURES_MAX: '9999999' } });
  const key = await system.issueKey({ provider: 'stripe', allowedOperations: ['charges:*'], capMinor: '5000' });
  for (const id of ['order-1', 'order-1', 'order-2', 'order-3']) {
    await charge(system.gatewayUrl, key.vaultKey, 'amount=2000&currency=usd&source=tok_visa', id);
  }
  await system.foldedUp();
}, TIMEOUT_MS);
afterAll(async () => {
  await system.stop();
  await rm(folder, { recursive: true });
});

function conformance(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const all = [
    ...['--config-file', CONFIG, 'run', `${system.adminUrl}/openapi.json`],
    ...['--header', `Authorization: Bearer ${system.adminToken}`, '--max-examples', String(EXAMPLES)],
    ...['--seed', '1', '--request-timeout', '10', '--continue-on-failure', '--warnings', 'off', '--no-color'],
    ...args,
  ];
  return new Promise((done) => {
    execFile(program, all, { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: 50_000_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}

const excluded = (paths: readonly string[]) => paths.flatMap((path) => ['--exclude-path', path]);

test(
  'no answer differs from the OpenAPI document, and none is a 5xx',
  async () => {
    const { code, output } = await conformance(excluded([REVOKE_TOKEN, ...ENDLESS]));
    expect(code, output).toBe(0);
    const [, tested, cases] = /Tested: (\d+)[\s\S]*?(\d+) generated/.exec(output) ?? [];
    expect(Number(tested)).toBeGreaterThanOrEqual(37);
    expect(Number(cases)).toBeGreaterThan(1_000);
  },
  TIMEOUT_MS,
);

test(
  'nor does the one that ends tokens',
  async () => {
    const { code, output } = await conformance(['--include-path', REVOKE_TOKEN, '--phases', 'coverage,fuzzing']);
    expect(code, output).toBe(0);
  },
  TIMEOUT_MS,
);

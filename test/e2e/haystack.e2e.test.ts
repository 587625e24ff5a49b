import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requirePython } from '../harness/python.ts';
import { reportsOf } from '../harness/sdk-program.ts';
import { SdkBench } from '../harness/sdk-run.ts';

interface PipelineReport {
  readonly case: string;
  readonly charges?: readonly string[];
  readonly replayed?: readonly boolean[];
  readonly failures?: readonly string[];
  readonly receipt?: string;
  readonly yaml?: string;
  readonly cause?: string;
}

const run = promisify(execFile);
const SETTINGS = { HAYSTACK_TELEMETRY_ENABLED: 'false' };
const CASES = ['retried', 'branched_one_key', 'branched_two_keys', 'saved', 'denied_by_cap', 'demo'];

let bench: SdkBench;
let python: string;
let reports: readonly PipelineReport[];
let vaultKeys: Readonly<Record<string, string>>;

beforeAll(async () => {
  python = await requirePython();
  bench = await SdkBench.start();
  vaultKeys = await bench.prepare('stripe', CASES);
  for (const name of ['branched_one_key', 'branched_two_keys']) await expectBothBranches(name);
  const program = fileURLToPath(new URL('../sdks/python/haystack_cases.py', import.meta.url));
  const surroundings = { gatewayUrl: bench.proxy.url, vaultKeys };
  reports = await reportsOf<PipelineReport>([python, program], surroundings, SETTINGS);
}, 400_000);
afterAll(async () => {
  await bench.stop();
});

/** One branch's charge waits for the other's to arrive, and that one is slow: they are under way together or not at all. */
async function expectBothBranches(name: string): Promise<void> {
  const vaultKey = vaultKeys[name] as string;
  await bench.system.fault({ provider: 'stripe', match: { marker: name }, fault: { delayMs: 300 } });
  bench.proxy.aroundFirst(vaultKey, async (forward) => {
    await eventually(
      'the other branch to charge as well',
      () => bench.proxy.arrivedOf(vaultKey),
      (arrived) => arrived === 2,
    );
    return forward();
  });
}

function reportOf(name: string): PipelineReport {
  return reports.find((report) => report.case === name) ?? { case: 'missing' };
}

async function chargesOf(name: string): Promise<(string | null)[]> {
  const witness = await bench.system.witness('stripe');
  return witness.filter((one) => one.executed && one.marker === name).map(({ objectId }) => objectId);
}

test('a pipeline that failed after its charge and is run again charges once', async () => {
  const { charges, failures, receipt } = reportOf('retried');
  const [made] = await chargesOf('retried');
  expect(await chargesOf('retried')).toHaveLength(1);
  expect(charges).toEqual([made, made]);
  expect(failures).toMatchObject([expect.stringContaining('the printer is on fire')]);
  expect(receipt).toBe(`Paid: ${made}`);
});

test('two branches at the same time with one idempotency key charge once', async () => {
  const made = await chargesOf('branched_one_key');
  expect(made).toHaveLength(1);
  expect(reportOf('branched_one_key').charges).toEqual([made[0], made[0]]);
});

test('with a key for each branch they charge twice', async () => {
  const made = await chargesOf('branched_two_keys');
  expect(made).toHaveLength(2);
  expect(new Set(reportOf('branched_two_keys').charges)).toEqual(new Set(made));
});

test('the YAML holds neither key; loaded again, the pipeline charges once for a key that was used, and anew for another', async () => {
  const { yaml = '', charges, replayed } = reportOf('saved');
  expect(yaml).toContain('keybrake_charge.KeybrakeCharge');
  expect(yaml).toContain(`gateway_url: ${bench.proxy.url}`);
  expect(yaml).not.toMatch(/vk_|vault_key|idempotency_key|order-1/);
  const made = await chargesOf('saved');
  expect(made).toHaveLength(2);
  expect(charges).toEqual([made[0], made[0], made[1]]);
  expect(replayed).toEqual([false, true, false]);
});

test('a denial stops the pipeline with a message that says what to do', async () => {
  const { failures, cause } = reportOf('denied_by_cap');
  expect(failures).toMatchObject([expect.stringContaining('daily cap exceeded')]);
  expect(cause).toBe('stripe._error.RateLimitError');
  expect(await chargesOf('denied_by_cap')).toEqual([]);
  expect(bench.proxy.requestsOf(vaultKeys.denied_by_cap as string).map(({ status }) => status)).toEqual([429]);
});

test('the example runs as its page says: five times paid, one charge', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keybrake-haystack-'));
  try {
    const demo = join(folder, 'demo.json');
    const stripe = { vaultKey: vaultKeys.demo };
    await writeFile(demo, JSON.stringify({ gatewayUrl: bench.proxy.url, providers: { stripe } }));
    const program = fileURLToPath(new URL('../../docs/examples/haystack/demo.py', import.meta.url));
    const { stdout } = await run(python, [program, demo], { env: SETTINGS, timeout: 60_000 });
    const made = await chargesOf('order 1001');
    expect(made).toHaveLength(1);
    expect(stdout.trim().split('\n')).toEqual([
      `first run:    Paid: ${made[0]}`,
      `second run:   Paid: ${made[0]}`,
      `left branch:  Paid: ${made[0]}`,
      `right branch: Paid: ${made[0]}`,
      `from YAML:    Paid: ${made[0]}`,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

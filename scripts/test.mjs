// npm test: everything a change must pass, in the order in which it fails fastest. Plain JavaScript for Node 20.
// With arguments (npm test -- libs/domain) only vitest, on those files. The last line is "N passed, N failed".
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { ensureInstalled, root, run, runtimeNode } from './dependencies.mjs';

const filters = process.argv.slice(2);
const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
const total = { passed: 0, failed: 0 };
/** What failed, named once more before the last line: the end of a long log is what a reader has at hand. */
const failures = [];

async function step(name, work) {
  const startedMs = performance.now();
  console.log(`\n=== ${name}`);
  let counts;
  try {
    counts = await work();
  } catch (error) {
    console.error(error.message);
    counts = { passed: 0, failed: 1 };
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  if (counts.failed > 0) failures.push(...(counts.named?.length ? counts.named : [name]));
  const took = `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
  const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
  console.log(`--- ${name}: ${counts.passed} passed, ${counts.failed} failed${skipped} (${took})`);
  return counts.failed === 0;
}

const asOne = (succeeded) => ({ passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1 });

const program = (script, args) => async () =>
  asOne((await run(runtimeNode, [join(root, script), ...args], { env })) === 0);

/** A file that can't be loaded, an error outside any test, or a run without a report count as one failed. */
function readReport(file, exitCode) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const named = report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const file = relative(root, name);
      const tests = assertionResults.filter((test) => test.status === 'failed');
      return tests.length === 0
        ? [`${file}: ${message}`]
        : tests.map((test) => `${file} > ${test.fullName}\n${test.failureMessages.join('\n')}`);
    });
  return {
    named,
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const vitest = (name, args) => async () => {
  const report = join(root, '.cache', `test-${name}.json`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run(runtimeNode, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args], {
    env,
  });
  return readReport(report, code);
};

async function build() {
  const { build: buildAll } = await import('./build.mjs');
  await buildAll();
  return asOne(true);
}

async function all() {
  for (const [name, config] of [
    ['typecheck', 'tsconfig.json'],
    ['typecheck of the dashboard', 'apps/dashboard/tsconfig.json'],
  ])
    await step(name, program('node_modules/typescript/bin/tsc', ['--noEmit', '-p', config]));
  await step(
    'lint and format',
    program('node_modules/@biomejs/biome/bin/biome', ['ci', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`, '.']),
  );
  await step(
    'architecture',
    program('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', ['--config', '--', 'libs', 'apps', 'test']),
  );
  for (const project of ['unit', 'integration', 'e2e']) await step(project, vitest(project, ['--project', project]));
}

async function install() {
  await ensureInstalled(console.log);
  return asOne(true);
}

if ((await step('dependencies', install)) && (await step('build', build))) {
  if (filters.length > 0) await step(`tests in ${filters.join(' ')}`, vitest('selected', filters));
  else await all();
}
if (failures.length > 0) console.log(`\n=== what failed\n${failures.map((failure) => `- ${failure}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

// The packages' TypeScript sources, not what was built from them; also in the global setup, which knows no conditions.
const resolve = {
  alias: [
    { find: /^@keybrake\/(gateway|ledger|admin-api)$/, replacement: `${root}apps/$1/src/index.ts` },
    { find: /^@keybrake\/([a-z-]+)$/, replacement: `${root}libs/$1/src/index.ts` },
    { find: /^@keybrake\/([a-z-]+)\/([a-z-]+)$/, replacement: `${root}libs/$1/src/$2.ts` },
  ],
};

export default defineConfig({
  resolve,
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          // Properties run thousands of cases; on a busy machine that takes its time.
          testTimeout: 30_000,
          include: ['libs/**/*.unit.test.ts', 'apps/**/*.unit.test.ts', 'test/**/*.unit.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['libs/**/*.int.test.ts', 'apps/**/*.int.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: ['test/setup/global-postgres.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: ['test/setup/global-postgres.ts', 'test/setup/global-kafka.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file runs servers of its own; two cores carry one such system at a time.
          fileParallelism: false,
          maxConcurrency: 2,
        },
      },
    ],
  },
});

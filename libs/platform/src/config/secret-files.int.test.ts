import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from './config.js';

const pepper = 'p'.repeat(32);
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-config-'));
  file = join(folder, 'pepper');
  await writeFile(file, `${pepper}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

test('a secret may come from a file; the end of its line is not part of it', () => {
  expect(loadConfig({ env: { KEYBRAKE_PEPPER_FILE: file } }).pepper).toEqual(Buffer.from(pepper));
});

test('a file that is not there is named', () => {
  expect(() => loadConfig({ env: { KEYBRAKE_PEPPER_FILE: '/nowhere/pepper' } })).toThrow(
    "KEYBRAKE_PEPPER_FILE names /nowhere/pepper, which can't be read (ENOENT)",
  );
});

test('two sources for one secret are refused', () => {
  expect(() => loadConfig({ env: { KEYBRAKE_PEPPER: pepper, KEYBRAKE_PEPPER_FILE: file } })).toThrow(
    'KEYBRAKE_PEPPER and KEYBRAKE_PEPPER_FILE are both set: keep one',
  );
});

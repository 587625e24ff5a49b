import { type CredentialCipher, DependencyUnavailable } from '@keybrake/application';
import type { AccountId, VaultKeyId } from '@keybrake/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Pool } from '../database.js';
import { PostgresVaultDirectory } from './vault-directory.js';

const ROW = {
  account_id: 'default',
  key_id: 'k1',
  secret_hash: 'hash',
  agent_type: 'billing',
  label: null,
  policy_id: 'pol_1',
  credential_id: 'crd_1',
  parent_id: null,
  lineage: ['k1'],
  bound_run_id: null,
  expires_at_ms: null,
  provider: 'stripe',
  version: 1,
  document: {
    name: 'billing',
    allowedOperations: ['charges:*'],
    caps: [],
    perCallMaxMicros: {},
    timeZone: 'UTC',
    unpriced: 'deny',
  },
  attenuations: null,
};
const ACCOUNT = 'default' as AccountId;
const KEY = 'k1' as VaultKeyId;
const FRESH_MS = 30_000;
const OUTAGE_MAX_MS = 15 * 60_000;

let isAway: boolean;
let queries: number;
let directory: PostgresVaultDirectory;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  isAway = false;
  queries = 0;
  const query = async () => {
    queries += 1;
    if (isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    return { rows: [ROW] };
  };
  directory = new PostgresVaultDirectory({ query } as unknown as Pool, {} as CredentialCipher);
});
afterEach(() => {
  vi.useRealTimers();
});

const find = () => directory.find(ACCOUNT, KEY);

test('a fresh record is asked for once', async () => {
  expect((await find())?.key.id).toBe(KEY);
  await find();
  expect(queries).toBe(1);
});

test('the database is away when a record is stale: all callers at that moment get what was read before', async () => {
  const before = await find();
  vi.advanceTimersByTime(FRESH_MS + 1);
  isAway = true;
  const found = await Promise.all([find(), find(), find()]);
  expect(found).toEqual([before, before, before]);
  expect(queries).toBe(2);
});

test('after the longest outage, and for a key that was never read, the error says what is missing', async () => {
  await find();
  vi.advanceTimersByTime(OUTAGE_MAX_MS + 1);
  isAway = true;
  await expect(find()).rejects.toThrow(DependencyUnavailable);
  await expect(directory.find(ACCOUNT, 'k2' as VaultKeyId)).rejects.toThrow(DependencyUnavailable);
});

test('what was called stale does not come back when the database is away', async () => {
  await find();
  directory.forget(ACCOUNT, KEY);
  isAway = true;
  await expect(find()).rejects.toThrow(DependencyUnavailable);
});

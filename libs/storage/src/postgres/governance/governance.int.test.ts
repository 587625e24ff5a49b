import { randomBytes } from 'node:crypto';
import {
  type Actor,
  bootstrapAccount,
  createPolicy,
  DependencyUnavailable,
  type GovernancePorts,
  getPolicy,
  issueVaultKey,
  listPolicies,
  listPolicyVersions,
  listVaultKeys,
  mintChild,
  type PolicyDraft,
  putCredential,
  republishAdmission,
  revisePolicy,
  revokeVaultKey,
  rotateCredential,
} from '@keybrake/application';
import {
  type AccountId,
  type BuiltInProviderId,
  type Currency,
  type PolicyId,
  parseVaultKey,
  type ReservationId,
  type RunId,
  type VaultKeyId,
} from '@keybrake/domain';
import { createDigests, systemRuntime, systemSecrets } from '@keybrake/platform';
import { providerRegistry } from '@keybrake/providers';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { PostgresAdmissionStore } from '../admission/admission-store.js';
import { createPool, type Pool } from '../database.js';
import { type PostgresCipher, postgresCipher } from './account-keys.js';
import { createPostgresGovernanceStore } from './governance-store.js';
import { PostgresVaultDirectory } from './vault-directory.js';

const USD = 'usd' as Currency;
const MASTER_KEYS = { kek: randomBytes(32), otherKeks: [] };
const SID = `AC${'0'.repeat(32)}`;
const SECRETS: ReadonlyMap<BuiltInProviderId, { secret: string; accountSid?: string }> = new Map([
  ['stripe', { secret: 'sk_test_canary_stripe_0001' }],
  ['twilio', { secret: 'canary_twilio_auth_token_0002', accountSid: SID }],
  ['resend', { secret: 're_canary_resend_0003' }],
]);

let database: TestDatabase;
let pool: Pool;
let cipher: PostgresCipher;
let ports: GovernancePorts;
let directory: PostgresVaultDirectory;
let actor: Actor;
let serial = 0;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  const onIdleError = () => undefined;
  pool = createPool({ url: database.url, applicationName: 'governance', connectionsMax: 10, onIdleError });
  cipher = postgresCipher(pool, MASTER_KEYS);
  ports = {
    providers: providerRegistry(),
    store: createPostgresGovernanceStore(pool),
    admission: new PostgresAdmissionStore(pool),
    cipher: cipher.credentials,
    digests: createDigests({ pepper: randomBytes(32), newerPeppers: [] }),
    secrets: systemSecrets,
    runtime: systemRuntime,
  };
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  serial += 1;
  actor = { accountId: `acct-${serial}` as AccountId, name: 'system' };
  directory = new PostgresVaultDirectory(pool, cipher.credentials);
});

const draft: PolicyDraft = {
  name: 'charges',
  provider: 'stripe',
  allowedOperations: ['charges:*'],
  caps: [{ scope: 'key', window: 'day', currency: USD, direction: 'any', limitMicros: 9_000_000_000_000_000n }],
  perCallMaxMicros: new Map([[USD, 100_000_000n]]),
  timeZone: 'Europe/Rome',
  requestsPerMonth: 1000,
  requestsPerSecond: undefined,
  unpriced: { currency: USD, micros: 1n },
  requireRunId: false,
  requireIdempotencyKey: true,
  otherCurrencies: 'convert',
  connectedAccounts: ['own', 'acct_1'],
  duplicateGuard: { mode: 'block', windowMs: 60_000, scope: 'run' },
  approval: { aboveMicros: new Map([[USD, 9n]]), validMs: 60_000, approvers: 2 },
  mode: 'shadow',
};

const page = (limit: number, after?: { createdAtMs: number; id: string }) => ({ limit, after });
const bootstrap = (earlier?: Parameters<typeof bootstrapAccount>[1]['earlier']) =>
  bootstrapAccount(ports, { accountId: actor.accountId, credentials: SECRETS, earlier });

async function stripeKey(): Promise<{ id: VaultKeyId; vaultKey: string; policyId: PolicyId }> {
  await bootstrap();
  const { policy } = await createPolicy(ports, actor, draft);
  const issued = await issueVaultKey(ports, actor, {
    agentType: 'billing',
    policyId: policy.id,
    credentialId: undefined,
    label: undefined,
    expiresAtMs: undefined,
  });
  return { id: issued.stored.key.id, vaultKey: issued.vaultKey, policyId: policy.id };
}

const childOf = (parentId: VaultKeyId) =>
  mintChild(ports, actor, parentId, {
    runId: 'run-1' as RunId,
    caps: [{ ...(draft.caps[0] as PolicyDraft['caps'][number]), limitMicros: 5n }],
    allowedOperations: ['charges:read'],
    expiresAtMs: undefined,
    label: undefined,
  });

async function reserveKind(lineage: readonly VaultKeyId[], policyId: PolicyId): Promise<string> {
  const outcome = await new PostgresAdmissionStore(pool).reserve({
    reservationId: `rsv_${systemSecrets.newId()}` as ReservationId,
    accountId: actor.accountId,
    lineage,
    policyId,
    policyVersion: 1,
    refusal: undefined,
    claim: undefined,
    meters: [],
    holds: [],
  });
  return outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind;
}

const notes = async () => {
  const { rows } = await pool.query<{ action: string; subject: string }>(
    'select action, subject from governance.governance_outbox where account_id = $1 order by position',
    [actor.accountId],
  );
  return rows;
};

test('a policy comes back as it was drafted, bigint limits included', async () => {
  await bootstrap();
  const { policy } = await createPolicy(ports, actor, draft);
  expect(policy).toEqual({ ...draft, id: policy.id, accountId: actor.accountId, version: 1 });
  expect(policy.id).toMatch(/^pol_[a-z0-9]{16}$/);
});

test('a revision is a new version, an equal one is none, and of two at once one is told', async () => {
  await bootstrap();
  const { policy } = await createPolicy(ports, actor, draft);
  expect((await revisePolicy(ports, actor, policy.id, draft)).policy.version).toBe(1);
  const revisions = ['a', 'b', 'c'].map((name) => revisePolicy(ports, actor, policy.id, { ...draft, name }));
  const results = await Promise.allSettled(revisions);
  const versions = await listPolicyVersions(ports, actor, policy.id, { limit: 10, after: undefined });
  const made = results.filter((result) => result.status === 'fulfilled').length;
  expect(versions.data.map((version) => version.policy.version)).toEqual(
    [...Array(made + 1).keys()].map((n) => made + 1 - n),
  );
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'changed' });
  }
  await expect(revisePolicy(ports, actor, policy.id, { ...draft, name: 'z' }, 1)).rejects.toMatchObject({
    code: 'changed',
  });
  const edit = pool.query("update governance.policy_versions set document = '{}' where policy_id = $1", [policy.id]);
  await expect(edit).rejects.toThrow('only grows');
});

test('all that is wrong with a draft is named', async () => {
  const wrong = { ...draft, timeZone: 'Mars/Base', allowedOperations: ['charge:*'], name: '' };
  await expect(createPolicy(ports, actor, wrong)).rejects.toMatchObject({
    code: 'invalid',
    problems: [{ pointer: '/name' }, { pointer: '/allowedOperations/0' }, { pointer: '/timeZone' }],
  });
});

test('an issued key is found, usable, and its secret is nowhere in the database', async () => {
  const { id, vaultKey, policyId } = await stripeKey();
  const presented = parseVaultKey(vaultKey);
  const record = await directory.find(actor.accountId, id);
  expect(record?.policy).toMatchObject({ id: policyId, version: 1, timeZone: 'Europe/Rome' });
  expect(ports.digests.secretHash(presented?.secret ?? '')).toBe(record?.key.secretHash);
  expect(await reserveKind([id], policyId)).toBe('held');
  const { rows } = await pool.query('select row_to_json(k)::text as text from governance.vault_keys k');
  expect(JSON.stringify(rows)).not.toContain(presented?.secret);
  expect(await directory.find('other' as AccountId, id)).toBeUndefined();
});

test('a child is found with the limits of its line and dies with its parent (R7)', async () => {
  const { id, policyId } = await stripeKey();
  const child = (await childOf(id)).stored.key;
  const grandchild = (await childOf(child.id)).stored.key;
  const record = await directory.find(actor.accountId, grandchild.id);
  expect(record?.key).toEqual(grandchild);
  expect(record?.key.attenuations.map((line) => line.keyId)).toEqual([grandchild.id, child.id]);
  expect(await reserveKind(grandchild.lineage, policyId)).toBe('held');
  const { revokedAtMs } = await revokeVaultKey(ports, actor, id);
  expect(await reserveKind(grandchild.lineage, policyId)).toBe('key_revoked');
  const { data } = await listVaultKeys(ports, actor, { boundRunId: 'run-1' as RunId }, page(10));
  expect(data.map((stored) => stored.lineRevokedAtMs)).toEqual([revokedAtMs, revokedAtMs]);
  await expect(childOf(child.id)).rejects.toMatchObject({ code: 'conflict' });
});

test('a revocation that could not be put in force is an error, and its repeat keeps the first time (R7)', async () => {
  const { id, policyId } = await stripeKey();
  const putKey = async () => Promise.reject(new DependencyUnavailable('The admission store'));
  const broken = { ...ports, admission: { ...ports.admission, putKey } };
  await expect(revokeVaultKey(broken, actor, id)).rejects.toThrow(DependencyUnavailable);
  expect(await reserveKind([id], policyId)).toBe('held');
  const first = await revokeVaultKey(ports, actor, id);
  expect(await reserveKind([id], policyId)).toBe('key_revoked');
  expect(await revokeVaultKey(ports, actor, id)).toEqual(first);
  expect((await notes()).filter((note) => note.action === 'vault_key.revoked')).toHaveLength(1);
  await expect(revokeVaultKey(ports, actor, 'nosuchkey' as VaultKeyId)).rejects.toMatchObject({ code: 'not_found' });
});

test('a key whose admission write was lost does not work until it is republished', async () => {
  const { id, policyId } = await stripeKey();
  await pool.query('delete from admission.keys where account_id = $1', [actor.accountId]);
  expect(await reserveKind([id], policyId)).toBe('key_invalid');
  const first = await republishAdmission(ports);
  expect(first.keys).toBeGreaterThanOrEqual(4);
  expect(await republishAdmission(ports)).toEqual(first);
  expect(await reserveKind([id], policyId)).toBe('held');
});

test('a revised policy is stale in the admission store and fresh in the directory once forgotten', async () => {
  const { id, policyId } = await stripeKey();
  await directory.find(actor.accountId, id);
  await revisePolicy(ports, actor, policyId, { ...draft, name: 'other' });
  expect(await reserveKind([id], policyId)).toBe('stale_policy');
  expect((await directory.find(actor.accountId, id))?.policy.version).toBe(1);
  directory.forget(actor.accountId, id);
  expect((await directory.find(actor.accountId, id))?.policy.version).toBe(2);
});

test('a credential opens as given, a rotated one after forget, and a swapped row not at all', async () => {
  await bootstrap();
  const stored = await putCredential(ports, actor, {
    provider: 'stripe',
    credential: { secret: 'sk_live_canary_first_1234' },
    label: undefined,
  });
  expect(stored).toMatchObject({ version: 1, hint: '1234' });
  const open = () => directory.openCredential(actor.accountId, stored.id);
  expect(await open()).toEqual({ secret: 'sk_live_canary_first_1234' });
  await rotateCredential(ports, actor, stored.id, { secret: 'sk_live_canary_second_5678' });
  expect((await open()).secret).toBe('sk_live_canary_first_1234');
  directory.forget(actor.accountId, 'anykey' as VaultKeyId);
  expect((await open()).secret).toBe('sk_live_canary_second_5678');
  directory.forget(actor.accountId, 'anykey' as VaultKeyId);
  await pool.query('alter table governance.credential_versions disable trigger user');
  await pool.query(
    `update governance.credential_versions a set sealed = b.sealed from governance.credential_versions b
      where a.credential_id = $1 and a.version = 2 and b.credential_id = $1 and b.version = 1`,
    [stored.id],
  );
  await pool.query('alter table governance.credential_versions enable trigger user');
  await expect(open()).rejects.toThrow('belongs to another row');
});

test('lists run through pages without a gap or a repeat', async () => {
  await bootstrap();
  for (let n = 0; n < 5; n += 1) await createPolicy(ports, actor, { ...draft, name: `n${n}` });
  const seen: string[] = [];
  let after: { createdAtMs: number; id: string } | undefined;
  do {
    const { data, next } = await listPolicies(ports, actor, page(3, after));
    seen.push(...data.map((stored) => stored.policy.id));
    after = next;
  } while (after !== undefined);
  expect(seen).toHaveLength(9);
  expect(new Set(seen).size).toBe(9);
  await expect(listPolicies(ports, actor, page(0))).rejects.toMatchObject({ code: 'invalid' });
});

test("a text that Postgres cannot store is the request's fault", async () => {
  await expect(getPolicy(ports, actor, 'pol_\u0000' as PolicyId)).rejects.toMatchObject({ code: 'invalid' });
  await expect(createPolicy(ports, actor, { ...draft, name: 'a\u0000' })).rejects.toMatchObject({ code: 'invalid' });
});

test('an absent database is DependencyUnavailable', async () => {
  const url = database.url.replace(/:\d+\//, ':1/');
  const absent = createPool({ url, applicationName: 'absent', connectionsMax: 1, onIdleError: () => undefined });
  const found = new PostgresVaultDirectory(absent, cipher.credentials).find(actor.accountId, 'k' as VaultKeyId);
  await expect(found).rejects.toThrow('The key directory is not available');
  const store = createPostgresGovernanceStore(absent);
  await expect(revokeVaultKey({ ...ports, store }, actor, 'k' as VaultKeyId)).rejects.toThrow(DependencyUnavailable);
  await absent.end();
});

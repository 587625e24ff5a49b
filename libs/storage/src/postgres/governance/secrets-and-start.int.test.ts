import { randomBytes } from 'node:crypto';
import {
  type Actor,
  authenticateToken,
  bootstrapAccount,
  type GovernancePorts,
  issueToken,
  listAgentTypes,
  listTokens,
  revokeToken,
  revokeVaultKey,
} from '@keybrake/application';
import {
  type AccountId,
  type BuiltInProviderId,
  parseVaultKey,
  type ReservationId,
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
import { PostgresIdempotentResponses } from './idempotent-responses.js';

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
});

const page = (limit: number, after?: { createdAtMs: number; id: string }) => ({ limit, after });
const bootstrap = (earlier?: Parameters<typeof bootstrapAccount>[1]['earlier']) =>
  bootstrapAccount(ports, { accountId: actor.accountId, credentials: SECRETS, earlier });

const notes = async () => {
  const { rows } = await pool.query<{ action: string; subject: string }>(
    'select action, subject from governance.governance_outbox where account_id = $1 order by position',
    [actor.accountId],
  );
  return rows;
};

test('data keys made by two processes at once are one', async () => {
  const accountId = actor.accountId;
  const reservation = 'rsv_1' as ReservationId;
  const [one, two] = [postgresCipher(pool, MASTER_KEYS), postgresCipher(pool, MASTER_KEYS)];
  const text = new TextEncoder().encode('answer');
  const sealed = await Promise.all([one, two].map(({ responses }) => responses.seal(accountId, reservation, text)));
  const opened = await two.responses.open(accountId, reservation, sealed[0] ?? '');
  expect(new TextDecoder().decode(opened)).toBe('answer');
  expect(new TextDecoder().decode(await one.responses.open(accountId, reservation, sealed[1] ?? ''))).toBe('answer');
});

test('tokens: who they are, when they end, and nothing for a wrong one', async () => {
  await bootstrap();
  const { stored, token } = await issueToken(ports, actor, { name: 'ci', role: 'operator', expiresAtMs: undefined });
  const identity = { accountId: actor.accountId, role: 'operator', name: `token:${stored.id}`, tokenName: 'ci' };
  expect(await authenticateToken(ports, token)).toMatchObject(identity);
  const wrong = `kbt_${stored.id}_${'A'.repeat(43)}`;
  expect(await authenticateToken(ports, wrong)).toBeUndefined();
  const [first] = (await listTokens(ports, actor, page(1))).data;
  expect(first?.lastUsedAtMs).toBeGreaterThan(Date.now() - 60_000);
  const late = { ...ports, runtime: { ...ports.runtime, nowMs: () => Date.now() + 10_000 } };
  const soon = await issueToken(ports, actor, { name: 'soon', role: 'viewer', expiresAtMs: Date.now() + 5_000 });
  expect(await authenticateToken(ports, soon.token)).toBeDefined();
  expect(await authenticateToken(late, soon.token)).toBeUndefined();
  await revokeToken(ports, actor, stored.id);
  expect(await authenticateToken(ports, token)).toBeUndefined();
  const other = { ...actor, accountId: 'other' as AccountId };
  await expect(revokeToken(ports, other, soon.stored.id)).rejects.toMatchObject({ code: 'not_found' });
});

test('the start is idempotent, replaces a revoked key, and rotates a changed credential', async () => {
  const first = await bootstrap();
  expect([...first.vaultKeys.keys()]).toEqual(['stripe', 'twilio', 'resend']);
  expect(first.refundsPolicyId).toBe('pol_demorefunds');
  const changes = await notes();
  expect(await bootstrap(first)).toEqual(first);
  expect(await notes()).toEqual(changes);
  const stripe = parseVaultKey(first.vaultKeys.get('stripe') ?? '');
  await revokeVaultKey(ports, actor, stripe?.keyId as VaultKeyId);
  const third = await bootstrapAccount(ports, {
    accountId: actor.accountId,
    credentials: new Map([...SECRETS, ['resend', { secret: 're_canary_resend_new_0004' }]]),
    earlier: first,
  });
  expect(third.vaultKeys.get('stripe')).not.toBe(first.vaultKeys.get('stripe'));
  expect(third.vaultKeys.get('twilio')).toBe(first.vaultKeys.get('twilio'));
  const added = (await notes()).slice(changes.length).map((note) => note.action);
  expect(added).toEqual(['vault_key.revoked', 'vault_key.issued', 'credential.rotated']);
  expect(await listAgentTypes(ports, actor, { limit: 100 })).toEqual([
    { agentType: 'checkout', keys: 2, liveKeys: 1 },
    { agentType: 'messaging', keys: 2, liveKeys: 2 },
  ]);
});

test('no secret is stored in the clear', async () => {
  const { vaultKeys, adminToken } = await bootstrap();
  const tables = await pool.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'governance'",
  );
  const texts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ text: string }>(`select t::text as text from ${name} t`);
    texts.push(...rows.map((row) => row.text));
  }
  const all = texts.join('\n');
  expect(all.includes(actor.accountId)).toBe(true);
  const keys = [...vaultKeys.values()].map((text) => parseVaultKey(text)?.secret ?? '');
  const secrets = [...SECRETS.values()].map(({ secret }) => secret);
  const found = [...secrets, ...keys, SID, adminToken.slice(-43)].filter((secret) => all.includes(secret));
  expect(found).toEqual([]);
});

test('answers of the admin API: once, the same again, not for another body', async () => {
  const answers = new PostgresIdempotentResponses(pool, cipher.envelope);
  const request = { accountId: actor.accountId, tokenId: 't1', key: 'k1', fingerprint: 'f1' };
  const nowMs = Date.now();
  const claims = await Promise.all(Array.from({ length: 8 }, () => answers.claim(request, nowMs)));
  expect(claims.map((claim) => claim.kind).sort()).toEqual(['claimed', ...Array<string>(7).fill('in_flight')]);
  await answers.abandon(request);
  expect(await answers.claim(request, nowMs)).toEqual({ kind: 'claimed' });
  expect(await answers.claim(request, nowMs + 60_000)).toEqual({ kind: 'claimed' });
  await answers.complete(request, 201, '{"vaultKey":"vk_canary"}');
  const completed = { kind: 'completed', status: 201, body: '{"vaultKey":"vk_canary"}' };
  expect(await answers.claim(request, nowMs + 120_000)).toEqual(completed);
  expect(await answers.claim({ ...request, fingerprint: 'f2' }, nowMs)).toEqual({ kind: 'mismatch' });
  expect(await answers.claim({ ...request, tokenId: 't2' }, nowMs)).toEqual({ kind: 'claimed' });
  expect(await answers.purge(nowMs + 86_400_000 + 60_000, 100)).toBe(2);
});

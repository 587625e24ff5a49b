import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapAccount, createFoldSink, resolveDoubts, trueUpPrices } from '@keybrake/application';
import {
  type PolicyId,
  parseVaultKey,
  type ReservationId,
  type SpendReserved,
  type VaultKeyId,
} from '@keybrake/domain';
import { GroupAppender, jsonEventCodec, PolledSource, PostgresEventLog } from '@keybrake/event-log';
import { createDigests, systemRuntime, systemSecrets } from '@keybrake/platform';
import { providerRegistry } from '@keybrake/providers';
import { SIMULATOR_CREDENTIALS, type Simulator, startSimulator } from '@keybrake/simulator';
import {
  asUnavailable,
  createPool,
  createPostgresGovernanceStore,
  type Pool,
  PostgresAdmissionStore,
  PostgresAdmissionUpkeep,
  PostgresLedgerStore,
  postgresCipher,
} from '@keybrake/storage';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ACCOUNT, committed, reserved } from './fold.fixture.js';
import { type OpenedResolver, openResolver, resolverSettings } from './resolver-ports.js';

const INTERVAL_MS = 1_000;

let folder: string;
let database: TestDatabase;
let pool: Pool;
let simulator: Simulator;
let resolver: OpenedResolver;
let config: Parameters<typeof openResolver>[0];
let admission: PostgresAdmissionStore;
let log: GroupAppender;
let reader: PostgresEventLog;
let key: { readonly id: VaultKeyId; readonly policyId: PolicyId };
let nowMs = Date.now();
const failed: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-resolve-'));
  database = await createDatabase(inject('postgresUrl'));
  pool = createPool({ url: database.url, applicationName: 'resolve', connectionsMax: 8, onIdleError: () => undefined });
  simulator = await startSimulator({ port: 0, witnessFile: join(folder, 'witness.jsonl') });
  reader = await PostgresEventLog.open(pool, asUnavailable);
  log = new GroupAppender(reader, jsonEventCodec);
  admission = new PostgresAdmissionStore(pool);
  const installation = {
    databaseUrl: database.url,
    pepper: randomBytes(32),
    newerPeppers: [],
    kek: randomBytes(32),
    otherKeks: [],
  };
  const providers = providerRegistry();
  const governance = {
    providers,
    store: createPostgresGovernanceStore(pool),
    admission,
    cipher: postgresCipher(pool, installation).credentials,
    digests: createDigests(installation),
    secrets: systemSecrets,
    runtime: systemRuntime,
  };
  const credentials = new Map([['resend' as const, { secret: SIMULATOR_CREDENTIALS.resend }]]);
  const made = await bootstrapAccount(governance, { accountId: ACCOUNT, credentials, earlier: undefined });
  const id = parseVaultKey(made.vaultKeys.get('resend') ?? '')?.keyId as VaultKeyId;
  key = { id, policyId: made.policyIds.get('resend') as PolicyId };
  config = {
    providers,
    origins: new Map(providers.all.map(({ id }) => [id, simulator.url])),
    resolver: { intervalMs: INTERVAL_MS, attemptsMax: 2, settleDelayMs: 500, priceDelayMs: 500 },
    alerts: { inDoubtMs: 900_000, webhookTargets: 'public' },
    heldMaxAgeMs: 1_000,
    upstreamTimeoutMs: 1_000,
    recordTimeoutMs: 1_000,
  };
  const source = new PolledSource(reader, { chunkRecordsMax: 100, idleMs: 1, retryMs: 1 });
  const store = new PostgresLedgerStore(pool);
  await store.openPartitions(reader.partitions);
  const upkeep = new PostgresAdmissionUpkeep(pool);
  resolver = openResolver(config, installation, pool, { admission, upkeep, log, source, store });
});
afterAll(async () => {
  await resolver.close();
  await simulator.close();
  await pool.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function foldEverything(): Promise<void> {
  const store = new PostgresLedgerStore(pool);
  const source = new PolledSource(reader, { chunkRecordsMax: 100, idleMs: 1, retryMs: 1 });
  const ports = {
    store,
    codec: jsonEventCodec,
    digests: createDigests({ pepper: new Uint8Array(32), newerPeppers: [] }),
  };
  const folding = await source.start(
    createFoldSink(ports, () => undefined),
    { lag: () => undefined, failed: (error) => failed.push(error), fatal: (error) => failed.push(error) },
  );
  await eventually(
    'the ledger to fold everything',
    async () => {
      const positions = await store.positions();
      return [...(await reader.ends())].filter(([partition, end]) => (positions.get(partition)?.next ?? 0n) < end);
    },
    (behind) => behind.length === 0,
  );
  await folding.stop();
}

/** A launched call of the Resend key without an outcome, as the log and the admission store have it. */
async function callInDoubt(endpoint: string, more: Partial<SpendReserved> = {}): Promise<ReservationId> {
  const facts = reserved(1_000n);
  const { reservationId } = facts;
  const { id, policyId } = key;
  const ref = { reservationId, accountId: ACCOUNT, lineage: [id] };
  const command = { ...ref, policyId, policyVersion: 1, refusal: undefined, claim: undefined, meters: [], holds: [] };
  expect((await admission.reserve(command)).kind).toBe('held');
  expect((await admission.launch({ ...ref, incarnation: 1, owner: 'gone', outcomeDueMs: 1 })).kind).toBe('launched');
  await admission.markInDoubt(ref);
  const call = { ...facts.call, vaultKeyId: id, rootKeyId: id, provider: 'resend' as const, endpoint };
  await log.append(ACCOUNT, [{ ...facts, call, holds: [], reservedAtMs: Date.now(), ...more }]);
  await foldEverything();
  return reservationId;
}

const turn = async () => {
  const ports = { ...resolver.ports, runtime: { ...systemRuntime, nowMs: () => nowMs } };
  const observer = { failed: (_id: ReservationId, error: unknown) => failed.push(error) };
  return resolveDoubts(ports, resolverSettings(config), observer, () => false);
};

async function noted(id: ReservationId) {
  const { rows } = await pool.query(
    'select state, resolve_attempts, resolve_next_at_ms, resolve_reason from ledger.reservations where reservation_id = $1',
    [id],
  );
  return rows[0] as {
    state: string;
    resolve_attempts: number;
    resolve_next_at_ms: bigint | null;
    resolve_reason: string | null;
  };
}

test('what can not be settled is tried again after a pause, and left to a person after the last attempt', async () => {
  nowMs = Date.now();
  const id = await callInDoubt('POST /emails');
  expect(await turn()).toMatchObject({ settled: 0, open: 1 });
  const reason = "resend can't be asked about a call; not sent again: the request was not kept";
  const first = { state: 'open', resolve_attempts: 1, resolve_next_at_ms: BigInt(nowMs + INTERVAL_MS) };
  expect(await noted(id)).toEqual({ ...first, resolve_reason: reason });
  expect(await turn()).toMatchObject({ settled: 0, open: 0 });
  nowMs += INTERVAL_MS;
  expect(await turn()).toMatchObject({ settled: 0, open: 1 });
  const last = { state: 'open', resolve_attempts: 2, resolve_next_at_ms: null };
  expect(await noted(id)).toEqual({ ...last, resolve_reason: `${reason}; given up after 2 attempts` });
  nowMs += 86_400_000;
  expect(await turn()).toMatchObject({ settled: 0, open: 0 });
  expect([...(await new PostgresAdmissionUpkeep(pool).listInDoubt(10))]).toContainEqual({
    accountId: ACCOUNT,
    reservationId: id,
  });
});

test('an operation that this version does not know, and a request that does not open, stay listed with the reason', async () => {
  nowMs = Date.now() + 200_000_000;
  const unknown = await callInDoubt('POST /broadcasts/send');
  const sealed = await callInDoubt('POST /emails', {
    sealedRequest: 'kb1.1.bm90IHNlYWxlZCBieSB1cyBhdCBhbGwsIG5vdCBhdCBhbGw',
  });
  expect(await turn()).toMatchObject({ settled: 0, open: 2 });
  expect((await noted(unknown)).resolve_reason).toBe('POST /broadcasts/send is not in the catalogue of this version');
  expect((await noted(sealed)).resolve_reason).toBe('the attempt failed; the ledger has logged why');
  expect(failed.splice(0).map(String)).toEqual([expect.stringContaining('UnreadableSecret')]);
});

test('a read whose answer was lost is ended: it moved nothing', async () => {
  nowMs = Date.now();
  const id = await callInDoubt('GET /emails');
  expect(await turn()).toMatchObject({ settled: 1 });
  await foldEverything();
  expect((await noted(id)).state).toBe('released');
  const { rows } = await pool.query('select state from admission.reservations where reservation_id = $1', [id]);
  expect(rows).toEqual([{ state: 'released' }]);
});

test('look-ups that a dead resolver left open are ended, younger ones are not', async () => {
  nowMs = Date.now();
  const lookUp = (reservedAtMs: number) => {
    const facts = reserved(0n);
    return { ...facts, reservedAtMs, holds: [], resolves: facts.reservationId };
  };
  const [old, young] = [lookUp(nowMs - 60_000), lookUp(nowMs)];
  await log.append(ACCOUNT, [old, young]);
  await foldEverything();
  await turn();
  await foldEverything();
  expect((await noted(old.reservationId)).state).toBe('released');
  expect((await noted(young.reservationId)).state).toBe('open');
});

test('a price is asked for with doubling pauses, and not when the stores have forgotten the call', async () => {
  const facts = reserved(1_000n);
  const { reservationId } = facts;
  const call = { ...facts.call, vaultKeyId: key.id, rootKeyId: key.id, provider: 'twilio' as const };
  const commit = { ...committed(reservationId, 1_000n), objectId: `SM${'0'.repeat(32)}`, isProvisional: true };
  await log.append(ACCOUNT, [{ ...facts, call, holds: [] }, commit]);
  await foldEverything();
  const committedAtMs = commit.occurredAtMs;
  const watch = async () => {
    const { rows } = await pool.query(
      'select attempts, next_at_ms, reason from ledger.price_watches where reservation_id = $1',
      [reservationId],
    );
    return rows[0] as { attempts: number; next_at_ms: bigint | null; reason: string | null };
  };
  const ask = (atMs: number) => {
    const ports = { ...resolver.ports, runtime: { ...systemRuntime, nowMs: () => atMs } };
    const observer = { failed: (_id: ReservationId, error: unknown) => failed.push(error) };
    return trueUpPrices(ports, resolverSettings(config), observer, () => false);
  };
  expect(await watch()).toEqual({ attempts: 0, next_at_ms: BigInt(committedAtMs), reason: null });
  await ask(committedAtMs + 499);
  expect((await watch()).attempts).toBe(0);
  // The key's own credential is Resend's, so the question itself fails: a defect that is told, and tried again.
  await ask(committedAtMs + 500);
  expect(failed.splice(0)).toHaveLength(1);
  expect(await watch()).toMatchObject({ attempts: 1, next_at_ms: BigInt(committedAtMs + 500 + 1_000) });
  await ask(committedAtMs + 23 * 3_600_000 + 1);
  expect(failed).toEqual([]);
  const reason = 'not asked in time; the committed amount stays';
  expect(await watch()).toEqual({ attempts: 2, next_at_ms: null, reason });
});

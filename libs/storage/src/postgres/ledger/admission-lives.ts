import type {
  AdmissionLives,
  LedgerSnapshot,
  LoadedApproval,
  LoadedBalance,
  LoadedCommit,
  LoadedGuard,
  LoadedMeter,
  LoadedReservation,
} from '@keybrake/application';
import type { AccountId, ReservationId, VaultKeyId } from '@keybrake/domain';
import { type ApprovalRow, toApproval } from '../approvals/approval-rows.js';
import { asUnavailable, type Client, type Pool, slowly } from '../database.js';
import * as sql from './snapshot-statements.js';

/** Tens of thousands of open reservations take longer than a call's statement may. */
const SNAPSHOT_MS = 60_000;
const LEADER_LOCK = 'keybrake admission rebuild';

/** Lives of the admission store, and what the ledger knows at their start. */
export class PostgresAdmissionLives implements AdmissionLives {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** A lock of the connection: it goes when this process does. */
  async asLeader<T>(work: () => Promise<T>): Promise<T | undefined> {
    const client = await this.#connect();
    let failed: Error | undefined;
    try {
      const { rows } = await client.query<{ locked: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1::text, 0)) as locked',
        [LEADER_LOCK],
      );
      if (rows[0]?.locked !== true) return undefined;
      return await work();
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      throw asUnavailable(error);
    } finally {
      const unlocked = client.query('select pg_advisory_unlock_all()').then(
        () => undefined,
        (error: Error) => error,
      );
      client.release(failed ?? (await unlocked));
    }
  }

  async begin(known: number): Promise<number> {
    return this.#guarded(async () => {
      const { rows } = await this.#pool.query<{ incarnation: number }>(sql.BEGIN_INCARNATION, [known]);
      return (rows[0] as { incarnation: number }).incarnation;
    });
  }

  async ready(incarnation: number): Promise<void> {
    await this.#guarded(() =>
      this.#pool.query('update ledger.incarnations set ready_at = clock_timestamp() where incarnation = $1::integer', [
        incarnation,
      ]),
    );
  }

  async snapshot(): Promise<LedgerSnapshot> {
    const client = await this.#connect();
    let failed: Error | undefined;
    try {
      await client.query('begin isolation level repeatable read read only');
      await client.query(`set local statement_timeout = ${SNAPSHOT_MS}`);
      const snapshot = {
        balances: await balances(client),
        reservations: await reservations(client),
        commits: await commits(client),
        guards: await guards(client),
        approvals: await approvals(client),
        meters: await meters(client),
        claimsUntilMs: await claimsUntilMs(client),
      };
      await client.query('commit');
      return snapshot;
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      throw asUnavailable(error);
    } finally {
      client.release(failed);
    }
  }

  #connect(): Promise<Client> {
    return this.#guarded(() => this.#pool.connect());
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

async function balances(client: Client): Promise<readonly LoadedBalance[]> {
  const { rows } = await client.query<{
    account_id: AccountId;
    counter: string;
    window_id: string;
    window_ends_at_ms: bigint;
    committed_micros: bigint;
    held_micros: bigint;
  }>(slowly(SNAPSHOT_MS, sql.BALANCES));
  return rows.map((row) => ({
    accountId: row.account_id,
    counter: row.counter,
    windowId: row.window_id,
    windowEndsAtMs: Number(row.window_ends_at_ms),
    committedMicros: row.committed_micros,
    heldMicros: row.held_micros,
  }));
}

async function reservations(client: Client): Promise<readonly LoadedReservation[]> {
  const { rows } = await client.query<{
    account_id: AccountId;
    reservation_id: ReservationId;
    reserved_at_ms: bigint;
    holds: HoldRow[];
    root_key_id: VaultKeyId | null;
    key_hash: string | null;
    fingerprint: string | null;
    is_waiting: boolean;
  }>(slowly(SNAPSHOT_MS, sql.OPEN_RESERVATIONS));
  return rows.map((row) => {
    const { root_key_id: rootKeyId, key_hash: keyHash, fingerprint } = row;
    const hasClaim = rootKeyId !== null && keyHash !== null && fingerprint !== null;
    return {
      accountId: row.account_id,
      reservationId: row.reservation_id,
      reservedAtMs: Number(row.reserved_at_ms),
      holds: row.holds.map(toHold),
      claim: hasClaim ? { rootKeyId, keyHash, fingerprint } : undefined,
      state: row.is_waiting ? 'waiting' : 'launched',
    };
  });
}

async function commits(client: Client): Promise<readonly LoadedCommit[]> {
  const { rows } = await client.query<{
    account_id: AccountId;
    reservation_id: ReservationId;
    holds: HoldRow[];
    actual_micros: bigint;
  }>(slowly(SNAPSHOT_MS, sql.COMMITS));
  return rows.map((row) => ({
    accountId: row.account_id,
    reservationId: row.reservation_id,
    holds: row.holds.map(toHold),
    actualMicros: row.actual_micros,
  }));
}

async function guards(client: Client): Promise<readonly LoadedGuard[]> {
  const { rows } = await client.query<{
    account_id: AccountId;
    reservation_id: ReservationId;
    reserved_at_ms: bigint;
    root_key_id: VaultKeyId;
    hash: string;
  }>(slowly(SNAPSHOT_MS, sql.GUARDS));
  return rows.map((row) => ({
    accountId: row.account_id,
    reservationId: row.reservation_id,
    reservedAtMs: Number(row.reserved_at_ms),
    rootKeyId: row.root_key_id,
    hash: row.hash,
  }));
}

async function approvals(client: Client): Promise<readonly LoadedApproval[]> {
  const { rows } = await client.query<ApprovalRow>(slowly(SNAPSHOT_MS, sql.APPROVALS));
  return rows.map(toApproval).flatMap(({ accountId, reservationId, claim, state, expiresAtMs: untilMs, amount }) =>
    // The call that used it is on record itself.
    state === 'used' ? [] : [{ accountId, reservationId, claim, state, untilMs, amount }],
  );
}

interface HoldRow {
  readonly counter: string;
  readonly windowId: string;
  readonly amountMicros: string;
}

const toHold = (hold: HoldRow) => ({ ...hold, amountMicros: BigInt(hold.amountMicros) });

async function meters(client: Client): Promise<readonly LoadedMeter[]> {
  const { rows } = await client.query<{
    account_id: AccountId;
    root_key_id: string;
    time_zone: string;
    window_id: string;
    ends_at_ms: bigint;
    used: bigint;
  }>(slowly(SNAPSHOT_MS, sql.QUOTAS_USED));
  return rows.map((row) => ({
    accountId: row.account_id,
    counter: `quota/${row.root_key_id}/${row.time_zone}`,
    windowId: row.window_id,
    windowEndsAtMs: Number(row.ends_at_ms),
    used: Number(row.used),
  }));
}

async function claimsUntilMs(client: Client): Promise<number> {
  const { rows } = await client.query<{ until_ms: bigint | null }>(slowly(SNAPSHOT_MS, sql.CLAIMS_UNTIL));
  return Number(rows[0]?.until_ms ?? 0n);
}

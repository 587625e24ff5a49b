import type { AlertWatch, CapPace, UsedCap, WatchedCall } from '@keybrake/application';
import type { AccountId, CapScope, CapWindow, Currency, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';

const ROLLING = `
select b.account_id, b.counter, b.scope, b.scope_id, b.cap_window, min(b.window_id) as window_id, b.currency,
       min(b.window_ends_at_ms) as window_ends_at_ms,
       (array_agg(b.limit_micros order by b.window_id desc))[1] as limit_micros,
       sum(b.committed_micros + b.held_micros)::bigint as used_micros, 0::bigint as used_since_micros
  from ledger.balances b
 where b.cap_window = 'rolling_24h' and b.window_ends_at_ms > $1::bigint
 group by b.account_id, b.counter, b.scope, b.scope_id, b.cap_window, b.currency
having sum(b.committed_micros + b.held_micros) * 2 >= (array_agg(b.limit_micros order by b.window_id desc))[1]
   and (array_agg(b.limit_micros order by b.window_id desc))[1] > 0`;

const PACES = `
select b.account_id, b.counter, b.scope, b.scope_id, b.cap_window, b.window_id, b.currency, b.window_ends_at_ms,
       b.limit_micros, b.committed_micros + b.held_micros as used_micros, s.used_since_micros
  from ledger.balances b
 cross join lateral (
   select coalesce(sum(c.committed_delta_micros + c.held_delta_micros), 0)::bigint as used_since_micros
     from ledger.balance_changes c
    where c.account_id = b.account_id and c.counter = b.counter and c.window_id = b.window_id and c.at_ms > $2::bigint
 ) s
 where b.cap_window in ('day', 'month') and b.window_ends_at_ms > $1::bigint
   and (b.committed_micros + b.held_micros) * 4 >= b.limit_micros and b.committed_micros + b.held_micros < b.limit_micros
   and s.used_since_micros > 0`;

const CALLS = `
select a.account_id, a.id, a.vault_key_id, a.agent_type, a.endpoint, a.currency, a.reserved_micros
  from ledger.audit_entries a where a.id = any($1::text[])`;

interface CapRow {
  readonly account_id: AccountId;
  readonly counter: string;
  readonly scope: CapScope;
  readonly scope_id: string;
  readonly cap_window: CapWindow;
  readonly window_id: string;
  readonly window_ends_at_ms: bigint;
  readonly currency: Currency;
  readonly limit_micros: bigint;
  readonly used_micros: bigint;
  readonly used_since_micros: bigint;
}

const toCap = (row: CapRow): UsedCap & { readonly accountId: AccountId } => ({
  accountId: row.account_id,
  counter: row.counter,
  scope: row.scope,
  scopeId: row.scope_id,
  window: row.cap_window,
  windowId: row.window_id,
  windowEndsAtMs: Number(row.window_ends_at_ms),
  currency: row.currency,
  limitMicros: row.limit_micros,
  usedMicros: row.used_micros,
});

/** What alerts are made of, from the ledger's tables. */
export class PostgresAlertWatch implements AlertWatch {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async rolling(nowMs: number) {
    return (await this.#rows<CapRow>(ROLLING, [nowMs])).map(toCap);
  }

  async paces(nowMs: number, sinceMs: number): Promise<readonly CapPace[]> {
    const rows = await this.#rows<CapRow>(PACES, [nowMs, sinceMs]);
    return rows.map((row) => ({ ...toCap(row), usedSinceMicros: row.used_since_micros }));
  }

  async calls(ids: readonly ReservationId[]): Promise<readonly WatchedCall[]> {
    if (ids.length === 0) return [];
    const rows = await this.#rows<{
      account_id: AccountId;
      id: ReservationId;
      vault_key_id: string;
      agent_type: string;
      endpoint: string;
      currency: Currency | null;
      reserved_micros: bigint | null;
    }>(CALLS, [ids]);
    return rows.map((row) => ({
      accountId: row.account_id,
      reservationId: row.id,
      vaultKeyId: row.vault_key_id,
      agentType: row.agent_type,
      endpoint: row.endpoint,
      currency: row.currency ?? undefined,
      amountMicros: row.reserved_micros ?? undefined,
    }));
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw asUnavailable(error, 'The database of alerts');
    }
  }
}

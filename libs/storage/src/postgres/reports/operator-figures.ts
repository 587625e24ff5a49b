import type { OperatorFigureReports, OperatorFigures } from '@keybrake/application';
import type { AccountId, CapScope, CapWindow } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';

const SPEND = `
select s.account_id, s.agent_type, s.currency, sum(s.committed_micros)::float8 / 1e6 as committed, sum(s.held_micros)::float8 / 1e6 as held
  from ledger.day_spend s
 where s.currency <> '' and s.day = to_char(to_timestamp($1::bigint / 1000.0) at time zone 'UTC', 'YYYY-MM-DD')
 group by 1, 2, 3 order by 1, 2, 3 limit 500`;

// A rolling window's buckets are one cap.
const CAPS = `
select b.account_id, b.scope, b.scope_id, b.cap_window, b.currency,
       max(u.used / b.limit_micros) as used_ratio
  from ledger.balances b
 cross join lateral (
   select sum(c.committed_micros + c.held_micros)::float8 as used from ledger.balances c
    where c.account_id = b.account_id and c.counter = b.counter and c.window_ends_at_ms > $1::bigint
      and (c.window_id = b.window_id or c.cap_window = 'rolling_24h')
 ) u
 where b.window_ends_at_ms > $1::bigint and b.scope in ('agent_type', 'account') and b.limit_micros > 0
 group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5 limit 500`;

const COUNTS = `
select (select count(*) from approvals.approvals a where a.state = 'waiting')::integer as waiting_approvals,
       (select count(*) from ledger.dead_letters)::integer as dead_letters,
       (select count(*) from ledger.frozen_accounts)::integer as frozen_accounts,
       (select count(*) from ledger.anomalies x where x.kind = 'overage')::integer as overage,
       (select count(*) from ledger.anomalies x where x.kind = 'commit_after_release')::integer as commit_after_release,
       (select count(*) from alerts.deliveries d where d.state = 'pending')::integer as pending,
       (select count(*) from alerts.deliveries d where d.state = 'failed')::integer as failed`;

interface Counts {
  readonly waiting_approvals: number;
  readonly dead_letters: number;
  readonly frozen_accounts: number;
  readonly overage: number;
  readonly commit_after_release: number;
  readonly pending: number;
  readonly failed: number;
}

export class PostgresOperatorFigures implements OperatorFigureReports {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async read(nowMs: number): Promise<OperatorFigures> {
    const [spend, caps, [counts]] = await Promise.all([
      this.#rows<{
        account_id: AccountId;
        agent_type: string;
        currency: string;
        committed: number;
        held: number;
      }>(SPEND, [nowMs]),
      this.#rows<{
        account_id: AccountId;
        scope: CapScope;
        scope_id: string;
        cap_window: CapWindow;
        currency: string;
        used_ratio: number;
      }>(CAPS, [nowMs]),
      this.#rows<Counts>(COUNTS, []),
    ]);
    return {
      spend: spend.map(({ account_id: accountId, agent_type: agentType, ...rest }) => ({
        accountId,
        agentType,
        ...rest,
      })),
      caps: caps.map(({ scope, currency, ...row }) => ({
        accountId: row.account_id,
        scope,
        scopeId: row.scope_id,
        window: row.cap_window,
        currency,
        usedRatio: row.used_ratio,
      })),
      waitingApprovals: counts?.waiting_approvals ?? 0,
      deadLetters: counts?.dead_letters ?? 0,
      frozenAccounts: counts?.frozen_accounts ?? 0,
      anomalies: { overage: counts?.overage ?? 0, commit_after_release: counts?.commit_after_release ?? 0 },
      deliveries: { pending: counts?.pending ?? 0, failed: counts?.failed ?? 0 },
    };
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

import type {
  CurrencySpend,
  MonthReport,
  QuotaReport,
  ReportPage,
  RunFilter,
  RunReport,
  SeriesFilter,
  SeriesReport,
  TimeCursor,
  UsageCounts,
  UsageReports,
} from '@keybrake/application';
import type { AccountId, AuditEntry } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { type AuditRow, toAuditEntry } from './audit-rows.js';
import { pageOf } from './page.js';
import * as sql from './usage-statements.js';

interface CountsRow {
  readonly calls: bigint;
  readonly denials: bigint;
  readonly replays: bigint;
}

interface SpendRow extends CountsRow {
  readonly currency: string;
  readonly committed_micros: bigint;
  readonly held_micros: bigint;
}

interface RunRow {
  readonly run_id: string;
  readonly agent_types: string[];
  readonly providers: string[];
  readonly first_at_ms: bigint;
  readonly last_at_ms: bigint;
}

interface QuotaRow {
  readonly policy_id: string;
  readonly policy_name: string;
  readonly key_id: string | null;
  readonly time_zone: string;
  readonly requests_per_month: bigint;
  readonly used: bigint;
}

/** From the sums that the fold keeps (migrations/0011_call_lives.sql). */
export class PostgresUsageReports implements UsageReports {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async series(accountId: AccountId, { fromDay, toDay, by, currency }: SeriesFilter): Promise<readonly SeriesReport[]> {
    const values = [accountId, fromDay, toDay, currency ?? null];
    const rows = await this.#rows<SpendRow & { day: string; group_name: string }>(sql.SERIES[by], values);
    return rows.map((row) => ({ day: row.day, group: row.group_name, ...spendOf(row), ...countsOf(row) }));
  }

  async month(accountId: AccountId, month: string): Promise<MonthReport> {
    const [days, quotas] = await Promise.all([
      this.#rows<CountsRow & { day: string }>(sql.MONTH_BY_DAY, [accountId, month]),
      this.#rows<QuotaRow>(sql.QUOTAS, [accountId, month]),
    ]);
    const byDay = days.map((row) => ({ day: row.day, ...countsOf(row) }));
    return { ...total(byDay), byDay, quotas: quotas.map(toQuota) };
  }

  async runs(
    accountId: AccountId,
    { agentType, search }: RunFilter,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<RunReport>> {
    const values = [agentType ?? null, search ?? null, after?.atMs ?? null, after?.id ?? null, limit + 1];
    const rows = await this.#rows<RunRow>(sql.RUNS, [accountId, ...values]);
    const page = pageOf(rows, limit, (row) => ({ atMs: Number(row.last_at_ms), id: row.run_id }));
    return { ...page, data: await this.#withSpend(accountId, page.data) };
  }

  async run(accountId: AccountId, runId: string): Promise<RunReport | undefined> {
    const rows = await this.#rows<RunRow>(sql.ONE_RUN, [accountId, runId]);
    return (await this.#withSpend(accountId, rows))[0];
  }

  async runEntries(
    accountId: AccountId,
    runId: string,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<AuditEntry>> {
    const values = [accountId, runId, after?.atMs ?? null, after?.id ?? null, limit + 1];
    const rows = await this.#rows<AuditRow>(sql.RUN_ENTRIES, values);
    return pageOf(rows.map(toAuditEntry), limit, (entry) => ({ atMs: entry.startedAtMs, id: entry.id }));
  }

  async #withSpend(accountId: AccountId, runs: readonly RunRow[]): Promise<readonly RunReport[]> {
    const ids = runs.map((run) => run.run_id);
    const rows = await this.#rows<SpendRow & { run_id: string }>(sql.RUN_SPEND, [accountId, ids]);
    const byRun = Map.groupBy(rows, (row) => row.run_id);
    return runs.map((run) => {
      const own = byRun.get(run.run_id) ?? [];
      return {
        runId: run.run_id,
        agentTypes: run.agent_types,
        providers: run.providers,
        firstAtMs: Number(run.first_at_ms),
        lastAtMs: Number(run.last_at_ms),
        ...total(own.map(countsOf)),
        spend: own.filter((row) => row.currency !== '').map(spendOf),
      };
    });
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

const countsOf = (row: CountsRow): UsageCounts => ({
  calls: Number(row.calls),
  denials: Number(row.denials),
  replays: Number(row.replays),
});

const spendOf = (row: SpendRow): CurrencySpend => ({
  currency: row.currency === '' ? null : row.currency,
  committedMicros: row.committed_micros,
  heldMicros: row.held_micros,
});

function total(counts: readonly UsageCounts[]): UsageCounts {
  const sum = (of: keyof UsageCounts) => counts.reduce((all, each) => all + each[of], 0);
  return { calls: sum('calls'), denials: sum('denials'), replays: sum('replays') };
}

const toQuota = (row: QuotaRow): QuotaReport => ({
  policyId: row.policy_id,
  policyName: row.policy_name,
  vaultKeyId: row.key_id ?? undefined,
  timeZone: row.time_zone,
  requestsPerMonth: Number(row.requests_per_month),
  used: Number(row.used),
});

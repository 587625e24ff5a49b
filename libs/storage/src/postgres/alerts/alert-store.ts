import type { AlertFilter, AlertStore, StoredAlert, TimeCursor } from '@keybrake/application';
import type { AccountId, Alert } from '@keybrake/domain';
import { asUnavailable, type Pool, transaction } from '../database.js';
import { pageOf } from '../reports/page.js';
import { raiseAlerts } from './raise-alerts.js';

const LIST = `
select a.sequence, a.alert_id, a.account_id, a.type, a.subject, a.dedupe_key, a.summary, a.data, a.occurred_at_ms
  from alerts.alerts a
 where a.account_id = $1::text and a.type <> 'webhook.test' and ($2::text is null or a.type = $2::text) and ($3::text is null or a.subject = $3::text)
   and ($4::bigint is null or a.sequence < $4::bigint)
 order by a.sequence desc limit $5::integer`;

export interface AlertRow {
  readonly alert_id: string;
  readonly account_id: AccountId;
  readonly type: StoredAlert['type'];
  readonly subject: string;
  readonly dedupe_key: string;
  readonly summary: string;
  readonly data: Alert['data'];
  readonly occurred_at_ms: bigint;
}

export const toAlert = (row: AlertRow): StoredAlert => ({
  id: row.alert_id,
  accountId: row.account_id,
  type: row.type,
  subject: row.subject,
  dedupeKey: row.dedupe_key,
  summary: row.summary,
  data: row.data,
  occurredAtMs: Number(row.occurred_at_ms),
});

export class PostgresAlertStore implements AlertStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async raise(alerts: readonly Alert[]): Promise<void> {
    if (alerts.length === 0) return;
    try {
      await transaction(this.#pool, (client) => raiseAlerts(client, alerts));
    } catch (error) {
      throw asUnavailable(error, 'The database of alerts');
    }
  }

  async list(accountId: AccountId, { type, subject }: AlertFilter, limit: number, after: TimeCursor | undefined) {
    const parameters = [accountId, type ?? null, subject ?? null, after?.atMs ?? null, limit + 1];
    try {
      const { rows } = await this.#pool.query<AlertRow & { readonly sequence: bigint }>(LIST, parameters);
      const { data, next } = pageOf(rows, limit, (row) => ({ atMs: Number(row.sequence), id: row.alert_id }));
      return { data: data.map(toAlert), next };
    } catch (error) {
      throw asUnavailable(error, 'The database of alerts');
    }
  }
}

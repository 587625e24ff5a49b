import type {
  Attempt,
  DeliveryState,
  DueDelivery,
  GovernanceNote,
  PageRequest,
  StoredAlert,
  StoredDelivery,
  StoredWebhook,
  TimeCursor,
  WebhookForm,
  WebhookStore,
} from '@keybrake/application';
import type { AccountId, AlertType } from '@keybrake/domain';
import type { Pool } from '../database.js';
import { GovernanceDatabase } from '../governance/governance-database.js';
import { insertNote } from '../governance/note.js';
import { pageOf as governancePage, pageParameters, timeOf } from '../governance/paging.js';
import { pageOf } from '../reports/page.js';
import { type AlertRow, toAlert } from './alert-store.js';
import * as sql from './webhook-statements.js';

interface WebhookRow {
  readonly webhook_id: string;
  readonly account_id: AccountId;
  readonly url: string;
  readonly form: WebhookForm;
  readonly types: readonly AlertType[];
  readonly label: string | null;
  readonly sealed_secrets: readonly string[];
  readonly is_paused: boolean;
  readonly created_at_ms: bigint;
}

interface DeliveryRow extends AlertRow {
  readonly delivery_id: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly next_at_ms: bigint;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly last_at_ms: bigint | null;
  readonly sequence: bigint;
}

const toWebhook = (row: WebhookRow): StoredWebhook => ({
  id: row.webhook_id,
  accountId: row.account_id,
  url: row.url,
  form: row.form,
  types: row.types,
  label: row.label ?? undefined,
  sealedSecrets: row.sealed_secrets,
  isPaused: row.is_paused,
  createdAtMs: timeOf(row.created_at_ms),
});

const toDelivery = (row: DeliveryRow): StoredDelivery => ({
  id: row.delivery_id,
  alert: toAlert(row),
  state: row.state,
  attempts: row.attempts,
  nextAtMs: row.state === 'pending' ? Number(row.next_at_ms) : undefined,
  lastStatus: row.last_status ?? undefined,
  lastError: row.last_error ?? undefined,
  lastAtMs: row.last_at_ms === null ? undefined : Number(row.last_at_ms),
});

function parametersOf(webhook: StoredWebhook): unknown[] {
  const { id, accountId, url, form, types, label, sealedSecrets, isPaused } = webhook;
  return [id, accountId, url, form, types, label ?? null, sealedSecrets, isPaused];
}

/** Webhooks and their deliveries. */
export class PostgresWebhookStore implements WebhookStore {
  readonly #database: GovernanceDatabase;

  constructor(pool: Pool) {
    this.#database = new GovernanceDatabase(pool);
  }

  async insert(webhook: StoredWebhook, note: GovernanceNote): Promise<void> {
    await this.#noted(sql.INSERT, [...parametersOf(webhook), webhook.createdAtMs], note);
  }

  update(webhook: StoredWebhook, note: GovernanceNote): Promise<boolean> {
    return this.#noted(sql.UPDATE, parametersOf(webhook), note);
  }

  remove(accountId: AccountId, id: string, note: GovernanceNote): Promise<boolean> {
    return this.#noted(sql.REMOVE, [id, accountId], note);
  }

  async find(accountId: AccountId, id: string): Promise<StoredWebhook | undefined> {
    const [row] = await this.#database.read<WebhookRow>(sql.FIND, [accountId, id]);
    return row === undefined ? undefined : toWebhook(row);
  }

  async list(accountId: AccountId, page: PageRequest) {
    const rows = await this.#database.read<WebhookRow>(sql.LIST, [accountId, ...pageParameters(page)]);
    return governancePage(rows.map(toWebhook), page, ({ createdAtMs, id }) => ({ createdAtMs, id }));
  }

  deliverTest(webhook: StoredWebhook, alert: StoredAlert): Promise<string> {
    return this.#database.change(async (client) => {
      const { id, accountId, type, subject, dedupeKey, summary, data, occurredAtMs } = alert;
      const values = [id, accountId, type, subject, dedupeKey, summary, JSON.stringify(data), occurredAtMs];
      await client.query(sql.INSERT_TEST_ALERT, values);
      const { rows } = await client.query<{ delivery_id: string }>(sql.DELIVER_AGAIN, [webhook.id, id, occurredAtMs]);
      return rows[0]?.delivery_id ?? '';
    });
  }

  async deliveries(webhookId: string, state: DeliveryState | undefined, limit: number, after: TimeCursor | undefined) {
    const values = [webhookId, state ?? null, after?.atMs ?? null, after?.id ?? null, limit + 1];
    const rows = await this.#database.read<DeliveryRow>(sql.DELIVERIES, values);
    const { data, next } = pageOf(rows, limit, (row) => ({ atMs: Number(row.sequence), id: row.delivery_id }));
    return { data: data.map(toDelivery), next };
  }

  async redeliver(webhookId: string, deliveryId: string, nowMs: number): Promise<string | undefined> {
    const [known] = await this.#database.read<{ alert_id: string }>(sql.ALERT_OF_DELIVERY, [webhookId, deliveryId]);
    if (known === undefined) return undefined;
    const values = [webhookId, known.alert_id, nowMs];
    const [made] = await this.#database.read<{ delivery_id: string }>(sql.DELIVER_AGAIN, values);
    return made?.delivery_id;
  }

  async leaseDue(nowMs: number, leaseMs: number, limit: number): Promise<readonly DueDelivery[]> {
    type Row = WebhookRow & AlertRow & { readonly delivery_id: string; readonly attempts: number };
    const rows = await this.#database.read<Row>(sql.LEASE_DUE, [nowMs, leaseMs, limit]);
    return rows.map((row) => ({
      id: row.delivery_id,
      webhook: toWebhook(row),
      alert: toAlert(row),
      attempts: row.attempts,
    }));
  }

  async delivered(id: string, { status, atMs }: Attempt): Promise<void> {
    await this.#database.read(sql.DELIVERED, [id, status ?? null, atMs]);
  }

  async failed(id: string, { status, error, atMs }: Attempt, nextAtMs: number | undefined): Promise<void> {
    await this.#database.read(sql.FAILED, [id, status ?? null, atMs, error ?? null, nextAtMs ?? null]);
  }

  #noted(statement: string, values: unknown[], note: GovernanceNote): Promise<boolean> {
    return this.#database.change(async (client) => {
      const { rowCount } = await client.query(statement, values);
      if (rowCount === 0) return false;
      await insertNote(client, note);
      return true;
    });
  }
}

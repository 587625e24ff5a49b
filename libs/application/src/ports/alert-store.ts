import type { AccountId, Alert, AlertType } from '@keybrake/domain';
import type { ReportPage, TimeCursor } from './reports.js';

/** An alert as it was told. */
export interface StoredAlert extends Omit<Alert, 'type'> {
  readonly type: AlertType | 'webhook.test';
  /** `alr_…`; the id under which webhooks deliver it. */
  readonly id: string;
}

export interface AlertFilter {
  readonly type?: AlertType | undefined;
  readonly subject?: string | undefined;
}

export interface AlertStore {
  /** Keeps those that were not told yet, each with its deliveries. */
  raise(alerts: readonly Alert[]): Promise<void>;
  /** The last told first, without those of webhooks' tests. */
  list(
    accountId: AccountId,
    filter: AlertFilter,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<StoredAlert>>;
}

import type { AccountId } from './ids.js';

export const ALERT_TYPES = [
  'budget.threshold',
  'budget.forecast',
  'key.revoked',
  'approval.requested',
  'call.in_doubt',
  'call.duplicate',
  'call.anomaly',
] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** Shares of a cap, in percent: each is told once in a window. */
export const BUDGET_THRESHOLDS = [50, 80, 100] as const;

/** Something that a person wants to know of. Told once: the same `dedupeKey` is the same alert, however often it is found. */
export interface Alert {
  readonly accountId: AccountId;
  readonly type: AlertType;
  /** Whom it is about: a vault key, or what a cap is for. Alerts of one subject are delivered in order. */
  readonly subject: string;
  readonly dedupeKey: string;
  readonly occurredAtMs: number;
  /** One sentence for people. Holds no secret. */
  readonly summary: string;
  /** For programs; amounts as text of minor units. */
  readonly data: Readonly<Record<string, string | number | null>>;
}

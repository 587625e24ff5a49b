import type { AccountId, AlertType } from '@keybrake/domain';
import type { StoredAlert } from './alert-store.js';
import type { GovernanceNote, Page, PageRequest } from './governance-store.js';
import type { ReportPage, TimeCursor } from './reports.js';

export const WEBHOOK_FORMS = ['standard', 'slack'] as const;
/** `standard`: Standard Webhooks, signed. `slack`: a message, for an incoming webhook of Slack and what is like it. */
export type WebhookForm = (typeof WEBHOOK_FORMS)[number];

export interface StoredWebhook {
  readonly id: string;
  readonly accountId: AccountId;
  readonly url: string;
  readonly form: WebhookForm;
  /** Empty: all. */
  readonly types: readonly AlertType[];
  readonly label: string | undefined;
  /** The newest first; at most two are in use. */
  readonly sealedSecrets: readonly string[];
  readonly isPaused: boolean;
  readonly createdAtMs: number;
}

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface StoredDelivery {
  readonly id: string;
  readonly alert: StoredAlert;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAtMs: number | undefined;
  readonly lastStatus: number | undefined;
  readonly lastError: string | undefined;
  readonly lastAtMs: number | undefined;
}

/** What is to be delivered now: the oldest of its subject at its webhook. */
export interface DueDelivery {
  readonly id: string;
  readonly webhook: StoredWebhook;
  readonly alert: StoredAlert;
  /** With this one. */
  readonly attempts: number;
}

export interface Attempt {
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly atMs: number;
}

export interface WebhookStore {
  insert(webhook: StoredWebhook, note: GovernanceNote): Promise<void>;
  find(accountId: AccountId, id: string): Promise<StoredWebhook | undefined>;
  list(accountId: AccountId, page: PageRequest): Promise<Page<StoredWebhook>>;
  /** Url, form, types, label, pause and secrets. False: there is none. */
  update(webhook: StoredWebhook, note: GovernanceNote): Promise<boolean>;
  remove(accountId: AccountId, id: string, note: GovernanceNote): Promise<boolean>;

  /** A delivery to this webhook only, of an alert that is made for it; returns its id. */
  deliverTest(webhook: StoredWebhook, alert: StoredAlert): Promise<string>;
  /** Newest first. */
  deliveries(
    webhookId: string,
    state: DeliveryState | undefined,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<StoredDelivery>>;
  /** The same alert once more; returns the new delivery's id, or undefined when there is no such delivery. */
  redeliver(webhookId: string, deliveryId: string, nowMs: number): Promise<string | undefined>;

  /** Leased to the caller until then: the oldest delivery of each webhook and subject, if it is due. */
  leaseDue(nowMs: number, leaseMs: number, limit: number): Promise<readonly DueDelivery[]>;
  delivered(id: string, attempt: Attempt): Promise<void>;
  /** Tried again at `nextAtMs`; undefined: given up, and what waits behind it goes on. */
  failed(id: string, attempt: Attempt, nextAtMs: number | undefined): Promise<void>;
}

/** Seals the secrets of webhooks. */
export interface WebhookSeal {
  seal(accountId: AccountId, webhookId: string, secret: string): Promise<string>;
  open(accountId: AccountId, webhookId: string, sealed: string): Promise<string>;
}

/** Makes one request, to public addresses only unless the operator allows others. */
export interface WebhookSender {
  /** A sentence that tells why the address can't be used, or undefined. */
  problemOf(url: string): Promise<string | undefined>;
  /** `secrets`: each signs. Never throws for what the receiver does. */
  send(request: WebhookRequest): Promise<{ readonly status?: number; readonly error?: string }>;
}

export interface WebhookRequest {
  readonly url: string;
  /** The alert's: the same at each attempt. */
  readonly messageId: string;
  readonly atMs: number;
  readonly body: string;
  readonly secrets: readonly string[];
}

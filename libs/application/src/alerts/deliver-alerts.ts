import type { ApprovalId } from '@keybrake/domain';
import { approvalPage, type LinkDigests, signApprovalLink } from '../governance/approval-link.js';
import type { StoredAlert } from '../ports/alert-store.js';
import type { Runtime } from '../ports/runtime.js';
import type { DueDelivery, WebhookForm, WebhookSeal, WebhookSender, WebhookStore } from '../ports/webhook-store.js';

export interface DeliveryPorts {
  readonly webhooks: Pick<WebhookStore, 'leaseDue' | 'delivered' | 'failed'>;
  readonly seal: Pick<WebhookSeal, 'open'>;
  readonly sender: Pick<WebhookSender, 'send'>;
  readonly runtime: Pick<Runtime, 'nowMs'>;
  /** Signs the links that decide. */
  readonly digests: LinkDigests;
}

export interface DeliverySettings {
  /** Where people reach the dashboard. */
  readonly adminUrl: string;
}

/** Longer than a request may take: a sender that died gives its deliveries back after it. */
const LEASE_MS = 30_000;
const AT_ONCE = 20;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** About three days. */
const ATTEMPTS_MAX = 84;

/** Delivers what is due, the oldest of each subject first; true when there may be more. At least once, in order. */
export async function deliverAlerts(ports: DeliveryPorts, settings: DeliverySettings): Promise<boolean> {
  const due = await ports.webhooks.leaseDue(ports.runtime.nowMs(), LEASE_MS, AT_ONCE);
  await Promise.all(due.map((delivery) => deliver(ports, settings, delivery)));
  return due.length > 0;
}

async function deliver(
  ports: DeliveryPorts,
  { adminUrl }: DeliverySettings,
  { id, webhook, alert, attempts }: DueDelivery,
): Promise<void> {
  const { webhooks, seal, sender, runtime, digests } = ports;
  const secrets = await Promise.all(
    webhook.sealedSecrets.map((sealed) => seal.open(webhook.accountId, webhook.id, sealed)),
  );
  const atMs = runtime.nowMs();
  const body = bodyOf(webhook.form, alert, decisionLink(digests, adminUrl, alert));
  const { status, error } = await sender.send({ url: webhook.url, messageId: alert.id, atMs, body, secrets });
  const attempt = { status, error, atMs };
  if (status !== undefined && status >= 200 && status < 300) return webhooks.delivered(id, attempt);
  const nextAtMs = attempts >= ATTEMPTS_MAX ? undefined : runtime.nowMs() + pauseAfter(attempts);
  return webhooks.failed(id, attempt, nextAtMs);
}

/** Twice as long each time, up to an hour. */
export const pauseAfter = (attempts: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);

/** What is sent; the same at each attempt, so that its signature can be checked and copies can be told. */
export function bodyOf(form: WebhookForm, alert: StoredAlert, decideUrl?: string): string {
  const { id, type, occurredAtMs, subject, summary, data } = alert;
  const link = decideUrl === undefined ? '' : ` <${decideUrl}|Decide>`;
  if (form === 'slack') return JSON.stringify({ text: `*Keybrake*: ${slackText(summary)}${link}` });
  const timestamp = new Date(occurredAtMs).toISOString();
  return JSON.stringify({ type, timestamp, data: { id, subject, summary, ...data, decideUrl } });
}

/** Made where it is sent: nothing that is stored or listed can decide. */
function decisionLink(digests: LinkDigests, adminUrl: string, alert: StoredAlert): string | undefined {
  const { accountId, type, data } = alert;
  if (type !== 'approval.requested') return undefined;
  const approvalId = data.approvalId as ApprovalId;
  const expiresAtMs = Date.parse(String(data.expiresAt));
  return approvalPage(adminUrl, approvalId, signApprovalLink(digests, { accountId, approvalId, expiresAtMs }));
}

/** Of what agents chose nothing is a link, a mention or a channel. */
const slackText = (text: string): string => text.replace(/[&<>]/g, (sign) => SLACK[sign] ?? sign);
const SLACK: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

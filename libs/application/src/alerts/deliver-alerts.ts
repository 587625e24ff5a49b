import type { StoredAlert } from '../ports/alert-store.js';
import type { Runtime } from '../ports/runtime.js';
import type { DueDelivery, WebhookForm, WebhookSeal, WebhookSender, WebhookStore } from '../ports/webhook-store.js';

export interface DeliveryPorts {
  readonly webhooks: Pick<WebhookStore, 'leaseDue' | 'delivered' | 'failed'>;
  readonly seal: Pick<WebhookSeal, 'open'>;
  readonly sender: Pick<WebhookSender, 'send'>;
  readonly runtime: Pick<Runtime, 'nowMs'>;
}

/** Longer than a request may take: a sender that died gives its deliveries back after it. */
const LEASE_MS = 30_000;
const AT_ONCE = 20;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** About three days. */
const ATTEMPTS_MAX = 84;

/** Delivers what is due, the oldest of each subject first; true when there may be more. At least once, in order. */
export async function deliverAlerts(ports: DeliveryPorts): Promise<boolean> {
  const due = await ports.webhooks.leaseDue(ports.runtime.nowMs(), LEASE_MS, AT_ONCE);
  await Promise.all(due.map((delivery) => deliver(ports, delivery)));
  return due.length > 0;
}

async function deliver(ports: DeliveryPorts, { id, webhook, alert, attempts }: DueDelivery): Promise<void> {
  const { webhooks, seal, sender, runtime } = ports;
  const secrets = await Promise.all(
    webhook.sealedSecrets.map((sealed) => seal.open(webhook.accountId, webhook.id, sealed)),
  );
  const atMs = runtime.nowMs();
  const body = bodyOf(webhook.form, alert);
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
export function bodyOf(form: WebhookForm, alert: StoredAlert): string {
  const { id, type, occurredAtMs, subject, summary, data } = alert;
  if (form === 'slack') return JSON.stringify({ text: `*Keybrake*: ${slackText(summary)}` });
  const timestamp = new Date(occurredAtMs).toISOString();
  return JSON.stringify({ type, timestamp, data: { id, subject, summary, ...data } });
}

/** Of what agents chose nothing is a link, a mention or a channel. */
const slackText = (text: string): string => text.replace(/[&<>]/g, (sign) => SLACK[sign] ?? sign);
const SLACK: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

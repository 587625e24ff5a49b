import {
  DELIVERY_STATES,
  type StoredAlert,
  type StoredDelivery,
  type StoredWebhook,
  WEBHOOK_FORMS,
  type WebhookDraft,
} from '@keybrake/application';
import { ALERT_TYPES } from '@keybrake/domain';
import { iso, name } from '@keybrake/wire';
import { z } from 'zod';
import { id, pageOf, time } from './answer-parts.js';
import { pageQuery } from './requests.js';

// Alerts, webhooks and their deliveries: what is asked for and what is answered.

const alertType = z.enum(ALERT_TYPES);

export const alertQuery = z.strictObject({
  ...pageQuery.shape,
  type: alertType.optional(),
  subject: z.string().min(1).max(300).optional().meta({ description: 'a vault key, or what a cap is for' }),
});
export type AlertQuery = z.infer<typeof alertQuery>;

export const alertAnswer = z
  .strictObject({
    id,
    type: z.union([alertType, z.literal('webhook.test')]),
    subject: z.string(),
    occurredAt: time,
    summary: z.string(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  })
  .meta({ id: 'Alert' });
export const alertsAnswer = pageOf(alertAnswer, 'AlertPage');

export const webhookBody = z.strictObject({
  url: z.string().min(1).max(2_000),
  form: z.enum(WEBHOOK_FORMS).default('standard'),
  types: z.array(alertType).max(ALERT_TYPES.length).default([]).meta({ description: 'empty: all' }),
  label: name.optional(),
  paused: z.boolean().default(false),
});
export type WebhookBody = z.infer<typeof webhookBody>;

export const webhookAnswer = z
  .strictObject({
    id,
    url: z.string().meta({ description: 'without its path, which may be a secret' }),
    form: z.enum(WEBHOOK_FORMS),
    types: z.array(alertType),
    label: z.string().nullable(),
    paused: z.boolean(),
    secrets: z.int().meta({ description: 'how many sign' }),
    createdAt: time,
  })
  .meta({ id: 'Webhook' });
export const webhooksAnswer = pageOf(webhookAnswer, 'WebhookPage');
export const webhookSecretAnswer = webhookAnswer
  .extend({ secret: z.string().meta({ description: 'whsec_…: only in this answer' }) })
  .meta({ id: 'WebhookSecret' });

export const deliveryQuery = z.strictObject({ ...pageQuery.shape, state: z.enum(DELIVERY_STATES).optional() });
export type DeliveryQuery = z.infer<typeof deliveryQuery>;

export const deliveriesAnswer = pageOf(
  z
    .strictObject({
      id,
      alert: alertAnswer,
      state: z.enum(DELIVERY_STATES),
      attempts: z.int(),
      nextAttemptAt: time.nullable(),
      lastAttemptAt: time.nullable(),
      lastStatus: z.int().nullable(),
      lastError: z.string().nullable(),
    })
    .meta({ id: 'Delivery' }),
  'DeliveryPage',
);
export const deliveredAgainAnswer = z.strictObject({ deliveryId: id }).meta({ id: 'DeliveryMade' });

export const toWebhookDraft = ({ paused, url, form, types, label }: WebhookBody): WebhookDraft => ({
  url,
  form,
  types,
  label,
  isPaused: paused,
});

export const alertView = ({ id: alertId, type, subject, occurredAtMs, summary, data }: StoredAlert) => ({
  id: alertId,
  type,
  subject,
  occurredAt: iso(occurredAtMs),
  summary,
  data,
});

export const webhookView = (webhook: StoredWebhook) => ({
  id: webhook.id,
  url: new URL(webhook.url).origin,
  form: webhook.form,
  types: webhook.types,
  label: webhook.label ?? null,
  paused: webhook.isPaused,
  secrets: webhook.sealedSecrets.length,
  createdAt: iso(webhook.createdAtMs),
});

export const deliveryView = (delivery: StoredDelivery) => ({
  id: delivery.id,
  alert: alertView(delivery.alert),
  state: delivery.state,
  attempts: delivery.attempts,
  nextAttemptAt: iso(delivery.nextAtMs),
  lastAttemptAt: iso(delivery.lastAtMs),
  lastStatus: delivery.lastStatus ?? null,
  lastError: delivery.lastError ?? null,
});

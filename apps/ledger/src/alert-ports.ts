import type { AdmissionUpkeep, DeliveryPorts, WatchPorts } from '@keybrake/application';
import { type Config, createDigests, HttpWebhookSender, type Installation, systemRuntime } from '@keybrake/platform';
import {
  type Pool,
  PostgresAlertStore,
  PostgresAlertWatch,
  PostgresWebhookStore,
  postgresCipher,
} from '@keybrake/storage';

export type AlertPorts = WatchPorts & DeliveryPorts;

export interface OpenedAlerts {
  readonly ports: AlertPorts;
  close(): Promise<void>;
}

/** What is the same in every profile: what people are told, and how it gets to them. */
export function openAlerts(
  { alerts }: Pick<Config, 'alerts'>,
  installation: Installation,
  pool: Pool,
  upkeep: AdmissionUpkeep,
): OpenedAlerts {
  const sender = new HttpWebhookSender({ targets: alerts.webhookTargets });
  return {
    ports: {
      alerts: new PostgresAlertStore(pool),
      watch: new PostgresAlertWatch(pool),
      webhooks: new PostgresWebhookStore(pool),
      seal: postgresCipher(pool, installation).webhooks,
      sender,
      upkeep,
      runtime: systemRuntime,
      digests: createDigests(installation),
    },
    close: () => sender.close(),
  };
}

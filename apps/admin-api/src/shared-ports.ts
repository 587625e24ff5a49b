import { hostname } from 'node:os';
import type { AdmissionStore, AdmissionUpkeep, EventAppender, WebhookPorts, WebhookSeal } from '@keybrake/application';
import {
  type AlertConfig,
  createDigests,
  HttpWebhookSender,
  type Installation,
  type SignInConfig,
  systemRuntime,
  systemSecrets,
} from '@keybrake/platform';
import type { ProviderRegistry } from '@keybrake/providers';
import {
  createPool,
  createPostgresGovernanceStore,
  type Pool,
  PostgresAlertStore,
  PostgresApprovalStore,
  PostgresAuditReports,
  PostgresCallRecords,
  PostgresIdempotentResponses,
  PostgresLedgerReports,
  PostgresRecordedCalls,
  PostgresUsageReports,
  PostgresWebhookStore,
  postgresCipher,
} from '@keybrake/storage';
import { AuditTails } from './audit-tails.js';
import { OidcSignIn } from './auth/oidc-sign-in.js';
import type { AdminPorts } from './ports.js';

/** What the admin API is given in every profile. */
export interface AdminConfig extends Installation {
  readonly providers: ProviderRegistry;
  readonly publicGatewayUrl: string;
  readonly signIn: SignInConfig;
  readonly alerts: AlertConfig;
}

const CONNECTIONS_MAX = 8;

export function openPool(installation: Installation, onTrouble: (what: string, error: unknown) => void): Pool {
  return createPool({
    url: installation.databaseUrl,
    applicationName: `keybrake-admin-api@${hostname()}`,
    connectionsMax: CONNECTIONS_MAX,
    onIdleError: (error) => onTrouble('idle connection', error),
  });
}

export function webhookPorts(pool: Pool, seal: WebhookSeal, targets: AlertConfig['webhookTargets']): WebhookPorts {
  return {
    secrets: systemSecrets,
    runtime: systemRuntime,
    seal,
    webhooks: new PostgresWebhookStore(pool),
    sender: new HttpWebhookSender({ targets }),
  };
}

/** Everything but admission and log: they are what profiles differ in. */
export function adminPorts(
  installation: AdminConfig,
  pool: Pool,
  admission: AdmissionStore,
  upkeep: AdmissionUpkeep,
  log: EventAppender,
): AdminPorts {
  const digests = createDigests(installation);
  const audit = new PostgresAuditReports(pool, digests);
  const cipher = postgresCipher(pool, installation);
  const store = createPostgresGovernanceStore(pool);
  return {
    governance: {
      providers: installation.providers,
      store,
      admission,
      cipher: cipher.credentials,
      digests,
      secrets: systemSecrets,
      runtime: systemRuntime,
    },
    admission,
    log,
    reports: new PostgresLedgerReports(pool, upkeep),
    audit,
    tails: new AuditTails(audit),
    calls: new PostgresCallRecords(pool),
    usage: new PostgresUsageReports(pool),
    alerts: new PostgresAlertStore(pool),
    webhooks: webhookPorts(pool, cipher.webhooks, installation.alerts.webhookTargets),
    approvals: { approvals: new PostgresApprovalStore(pool), admission, log, runtime: systemRuntime },
    simulation: { providers: installation.providers, store, digests, calls: new PostgresRecordedCalls(pool) },
    responses: new PostgresIdempotentResponses(pool, cipher.envelope),
    runtime: systemRuntime,
    publicGatewayUrl: installation.publicGatewayUrl,
    signIn: {
      ...installation.signIn,
      oidc: installation.signIn.oidc === undefined ? undefined : new OidcSignIn(installation.signIn.oidc),
    },
  };
}

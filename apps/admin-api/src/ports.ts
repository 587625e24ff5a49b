import type {
  AdmissionStore,
  AlertStore,
  ApprovalPorts,
  AuditReports,
  CallRecords,
  EventAppender,
  GovernancePorts,
  IdempotentResponses,
  LedgerReports,
  Runtime,
  SimulationPorts,
  UsageReports,
  WebhookPorts,
} from '@keybrake/application';
import type { Dependency, TracedParts } from '@keybrake/platform';
import type { AuditTails } from './audit-tails.js';
import type { OidcSignIn } from './auth/oidc-sign-in.js';

/** Everything the admin API uses. */
export interface AdminPorts {
  readonly governance: GovernancePorts;
  readonly reports: LedgerReports;
  readonly audit: AuditReports;
  readonly tails: AuditTails;
  readonly calls: CallRecords;
  readonly usage: UsageReports;
  readonly simulation: SimulationPorts;
  readonly alerts: AlertStore;
  readonly webhooks: WebhookPorts;
  readonly approvals: ApprovalPorts;
  readonly admission: AdmissionStore;
  readonly log: EventAppender;
  readonly responses: IdempotentResponses;
  readonly runtime: Runtime;
  readonly signIn: SignInPorts;
  /** Where agents reach the gateway: shown, never called. */
  readonly publicGatewayUrl: string;
}

export interface SignInPorts {
  /** Where browsers reach this API; undefined: at the address that they name. */
  readonly publicUrl: string | undefined;
  readonly oidc: OidcSignIn | undefined;
  readonly failuresPerMinuteMax: number;
}

export interface AdminEvents {
  /** A connection broke. */
  readonly onTrouble: (what: string, error: unknown) => void;
  /** Of the request that appends to the log, where it is traced. */
  readonly traceparent: () => string | undefined;
}

/** The ports of a profile, and how to put them away. */
export interface AdminAdapters {
  readonly ports: AdminPorts;
  readonly traced: TracedParts;
  readonly checks: Readonly<Record<string, Dependency>>;
  close(flushWithinMs: number): Promise<void>;
}

export const ADMIN_PORTS = Symbol('AdminPorts');

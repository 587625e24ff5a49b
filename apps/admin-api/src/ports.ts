import type {
  AdmissionStore,
  AuditReports,
  EventAppender,
  GovernancePorts,
  IdempotentResponses,
  LedgerReports,
  Runtime,
} from '@keybrake/application';
import type { DependencyCheck } from '@keybrake/platform';
import type { AuditTails } from './audit-tails.js';

/** Everything the admin API uses. */
export interface AdminPorts {
  readonly governance: GovernancePorts;
  readonly reports: LedgerReports;
  readonly audit: AuditReports;
  readonly tails: AuditTails;
  readonly admission: AdmissionStore;
  readonly log: EventAppender;
  readonly responses: IdempotentResponses;
  readonly runtime: Runtime;
}

/** The ports of a profile, and how to put them away. */
export interface AdminAdapters {
  readonly ports: AdminPorts;
  readonly checks: Readonly<Record<string, DependencyCheck>>;
  close(flushWithinMs: number): Promise<void>;
}

export const ADMIN_PORTS = Symbol('AdminPorts');

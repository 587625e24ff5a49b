import type {
  AdmissionStore,
  EventAppender,
  GovernancePorts,
  IdempotentResponses,
  LedgerReports,
  Runtime,
} from '@keybrake/application';

/** Everything the admin API uses. */
export interface AdminPorts {
  readonly governance: GovernancePorts;
  readonly reports: LedgerReports;
  readonly admission: AdmissionStore;
  readonly log: EventAppender;
  readonly responses: IdempotentResponses;
  readonly runtime: Runtime;
}

export const ADMIN_PORTS = Symbol('AdminPorts');

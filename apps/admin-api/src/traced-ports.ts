import { type TracedParts, type Tracing, tracedAdmission, tracedAppends } from '@keybrake/platform';
import type { AdminPorts } from './ports.js';

/** Around the ports by which requests change what is enforced, so that no use case knows of traces. */
export function tracedPorts(ports: AdminPorts, parts: TracedParts, { tracer }: Tracing): AdminPorts {
  const admission = tracedAdmission(ports.admission, parts.admission, tracer);
  const log = tracedAppends(ports.log, parts.log, tracer);
  return {
    ...ports,
    admission,
    log,
    governance: { ...ports.governance, admission },
    approvals: { ...ports.approvals, admission, log },
  };
}

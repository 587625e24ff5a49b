import type { AuditEntry } from '@keybrake/admin-client';
import { amount, moment } from '../output/amounts.js';

/** What was counted in the end, or is held until then. */
const countedOf = ({ finalMinor, committedMinor, reservedMinor, currency }: AuditEntry): string | null =>
  amount(finalMinor ?? committedMinor ?? reservedMinor, currency);

const outcomeOf = ({ decision, state, rule }: AuditEntry): string => {
  if (decision === 'denied') return `denied: ${rule ?? 'no rule'}`;
  return decision === 'replayed' ? 'replayed' : state;
};

export const auditColumns = [
  { title: 'TIME (UTC)', value: ({ startedAt }: AuditEntry) => moment(startedAt) },
  { title: 'AGENT TYPE', value: ({ agentType }: AuditEntry) => agentType },
  { title: 'RUN', value: ({ runId }: AuditEntry) => runId },
  { title: 'CALL', value: ({ provider, operation }: AuditEntry) => `${provider} ${operation}` },
  { title: 'AMOUNT', value: countedOf, align: 'right' },
  { title: 'OUTCOME', value: outcomeOf },
  { title: 'STATUS', value: ({ upstreamStatus }: AuditEntry) => upstreamStatus, align: 'right' },
  { title: 'ID', value: ({ id }: AuditEntry) => id },
  { title: 'MESSAGE', value: ({ message }: AuditEntry) => message },
] as const;

/** One entry on a line of its own, for watching. */
export function entryLine(entry: AuditEntry): readonly string[] {
  return auditColumns.map(({ value }) => String(value(entry) ?? '–'));
}

/** Every field that the audit can be searched by, by the names of the API. They stand in the address of the page. */
export const AUDIT_FILTERS = [
  'from',
  'to',
  'runId',
  'agentType',
  'decision',
  'provider',
  'state',
  'operation',
  'endpoint',
  'vaultKeyId',
  'policyId',
  'policyVersion',
  'rule',
  'message',
  'idempotencyKey',
  'upstreamRequestId',
  'upstreamStatus',
  'currency',
  'amountFromMinor',
  'amountToMinor',
  'id',
] as const;
export type AuditFilterName = (typeof AUDIT_FILTERS)[number];
export type AuditFilters = Readonly<Record<AuditFilterName, string>>;

export interface AuditFiltersProps {
  readonly filters: AuditFilters;
  readonly onChange: (changes: Partial<AuditFilters>) => void;
}

export const NO_FILTERS = Object.fromEntries(AUDIT_FILTERS.map((name) => [name, ''])) as AuditFilters;

/** Those behind "More filters". */
const RARE: readonly AuditFilterName[] = AUDIT_FILTERS.slice(AUDIT_FILTERS.indexOf('state'));

export const isFiltered = (filters: AuditFilters): boolean => Object.values(filters).some((value) => value !== '');
export const rareCount = (filters: AuditFilters): number => RARE.filter((name) => filters[name] !== '').length;

/** An instant for `<input type="datetime-local">`, in the reader's zone; empty when it is none. */
export function toLocalInput(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What such an input holds, as an instant. */
export function fromLocalInput(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

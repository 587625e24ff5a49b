import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import { SelectField } from '../../ui/fields.tsx';
import { PausedField } from '../../ui/paused-field.tsx';
import styles from './keys.module.css';

export interface Filters {
  readonly agentType: string;
  readonly policyId: string;
  readonly state: string;
  readonly search: string;
}

const STATES = [
  { value: '', label: 'Any state' },
  { value: 'live', label: 'Live' },
  { value: 'revoked', label: 'Revoked' },
  { value: 'expired', label: 'Expired' },
];

/** The search waits for a pause in typing; the others count at once. */
export function KeyFilters({ filters, onChange }: { filters: Filters; onChange: (changes: Partial<Filters>) => void }) {
  const agentTypes = useQuery({ queryKey: ['agent-types'], queryFn: api.agentTypes });
  const types = agentTypes.data?.data ?? [];
  const options = types.map(({ agentType, liveKeys }) => ({
    value: agentType,
    label: `${agentType} (${liveKeys} live)`,
  }));
  return (
    <search className={styles.filters}>
      <PausedField
        label="Search"
        type="search"
        placeholder="Label, id or run"
        value={filters.search}
        onChange={(search) => onChange({ search })}
        maxLength={200}
      />
      <SelectField
        label="Agent type"
        value={filters.agentType}
        onChange={(agentType) => onChange({ agentType })}
        options={[{ value: '', label: 'Any agent type' }, ...options]}
      />
      <SelectField label="State" value={filters.state} onChange={(state) => onChange({ state })} options={STATES} />
    </search>
  );
}

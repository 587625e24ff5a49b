import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/fields.tsx';
import { PausedField } from '../../ui/paused-field.tsx';
import styles from './audit.module.css';
import {
  type AuditFiltersProps,
  fromLocalInput,
  isFiltered,
  NO_FILTERS,
  rareCount,
  toLocalInput,
} from './filter-names.ts';
import { RareFilters } from './rare-filters.tsx';

const DECISIONS = [
  { value: '', label: 'Any decision' },
  { value: 'allowed', label: 'Allowed' },
  { value: 'denied', label: 'Denied' },
  { value: 'replayed', label: 'Replayed' },
];

export function AuditFilterForm({ filters, onChange }: AuditFiltersProps) {
  const rare = rareCount(filters);
  const [open, setOpen] = useState(rare > 0);
  const agentTypes = useQuery({ queryKey: ['agent-types'], queryFn: api.agentTypes });
  const providers = useQuery({ queryKey: ['providers'], queryFn: api.providers, staleTime: Number.POSITIVE_INFINITY });
  const types = agentTypes.data?.data.map(({ agentType }) => ({ value: agentType, label: agentType })) ?? [];
  const known = providers.data?.data.map(({ id }) => ({ value: id, label: id })) ?? [];
  return (
    <search className={styles.search}>
      <div className={styles.filters}>
        <TextField
          label="From"
          type="datetime-local"
          value={toLocalInput(filters.from)}
          onChange={(text) => onChange({ from: fromLocalInput(text) })}
        />
        <TextField
          label="To"
          type="datetime-local"
          value={toLocalInput(filters.to)}
          onChange={(text) => onChange({ to: fromLocalInput(text) })}
        />
        <PausedField label="Run id" value={filters.runId} onChange={(runId) => onChange({ runId })} maxLength={128} />
        <SelectField
          label="Agent type"
          value={filters.agentType}
          onChange={(agentType) => onChange({ agentType })}
          options={[{ value: '', label: 'Any agent type' }, ...types]}
        />
        <SelectField
          label="Decision"
          value={filters.decision}
          onChange={(decision) => onChange({ decision })}
          options={DECISIONS}
        />
        <SelectField
          label="Provider"
          value={filters.provider}
          onChange={(provider) => onChange({ provider })}
          options={[{ value: '', label: 'Any provider' }, ...known]}
        />
      </div>
      {open ? <RareFilters filters={filters} onChange={onChange} /> : null}
      <div className={styles.filterFoot}>
        <Button small look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer filters' : `More filters${rare === 0 ? '' : ` (${rare} set)`}`}
        </Button>
        {isFiltered(filters) ? (
          <Button small look="quiet" onClick={() => onChange(NO_FILTERS)}>
            Clear all
          </Button>
        ) : null}
      </div>
    </search>
  );
}

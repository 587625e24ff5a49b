import { Plus, Trash2 } from 'lucide-react';
import type { Cap } from '../../api/types.ts';
import { WINDOWS } from '../../format/windows.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { Hint, Stack } from '../../ui/layout.tsx';
import { CurrencyField } from './currency-field.tsx';
import { newCap } from './draft.ts';
import { MoneyField } from './money-field.tsx';
import styles from './policies.module.css';

const SCOPES = [
  { value: 'run', label: 'each run' },
  { value: 'key', label: 'each key' },
  { value: 'agent_type', label: 'agent type' },
  { value: 'account', label: 'account' },
];
const WINDOW_OPTIONS = Object.entries(WINDOWS).map(([value, label]) => ({ value, label }));
const DIRECTIONS = [
  { value: 'any', label: 'any' },
  { value: 'in', label: 'money in' },
  { value: 'out', label: 'money out' },
];

interface CapsFieldProps {
  readonly caps: readonly Cap[];
  readonly onChange: (caps: readonly Cap[]) => void;
}

/** Every cap counts at once: a call must fit them all. */
export function CapsField({ caps, onChange }: CapsFieldProps) {
  const change = (index: number, changes: Partial<Cap>) =>
    onChange(caps.map((cap, at) => (at === index ? { ...cap, ...changes } : cap)));
  return (
    <Stack>
      {caps.length === 0 ? <Hint>No cap: only calls without an amount pass.</Hint> : null}
      {caps.map((cap, index) => (
        <CapRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a cap has nothing else that stays the same while it is edited
          key={index}
          cap={cap}
          index={index}
          onChange={change}
          onRemove={() => onChange(caps.filter((_, at) => at !== index))}
        />
      ))}
      <div>
        <Button small onClick={() => onChange([...caps, newCap()])}>
          <Plus size={14} aria-hidden="true" /> Add a cap
        </Button>
      </div>
    </Stack>
  );
}

interface CapRowProps {
  readonly cap: Cap;
  readonly index: number;
  readonly onChange: (index: number, changes: Partial<Cap>) => void;
  readonly onRemove: () => void;
}

function CapRow({ cap, index, onChange, onRemove }: CapRowProps) {
  return (
    <fieldset className={styles.cap} aria-label={`Cap ${index + 1}`}>
      <MoneyField
        label="At most"
        currency={cap.currency}
        minor={cap.limitMinor}
        onChange={(limitMinor) => onChange(index, { limitMinor })}
      />
      <CurrencyField value={cap.currency} onChange={(currency) => onChange(index, { currency })} />
      <SelectField
        label="For"
        value={cap.scope}
        onChange={(scope) => onChange(index, { scope: scope as Cap['scope'] })}
        options={SCOPES}
      />
      <SelectField
        label="Within"
        value={cap.window}
        onChange={(window) => onChange(index, { window: window as Cap['window'] })}
        options={WINDOW_OPTIONS}
      />
      <SelectField
        label="Direction"
        value={cap.direction ?? 'any'}
        onChange={(direction) => onChange(index, { direction: direction as 'any' | 'in' | 'out' })}
        options={DIRECTIONS}
      />
      <IconButton label={`Remove cap ${index + 1}`} onClick={onRemove}>
        <Trash2 size={15} aria-hidden="true" />
      </IconButton>
    </fieldset>
  );
}

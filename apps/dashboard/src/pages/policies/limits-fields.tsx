import { SelectField, TextField } from '../../ui/fields.tsx';
import { AmountsField } from './amounts-field.tsx';
import { CurrencyField } from './currency-field.tsx';
import type { Draft } from './draft.ts';
import { MoneyField } from './money-field.tsx';
import styles from './policies.module.css';

export interface PartProps {
  readonly draft: Draft;
  readonly onChange: (changes: Partial<Draft>) => void;
}

/** The most that one call may move, by currency. */
export function PerCallFields({ draft, onChange }: PartProps) {
  return (
    <AmountsField
      label="At most for one call"
      name="Most for one call"
      add="Limit a single call"
      amounts={draft.perCallMax}
      onChange={(perCallMax) => onChange({ perCallMax })}
    />
  );
}

const toCount = (text: string) => (/^\d{1,10}$/.test(text) ? Number(text) : null);

export function QuotaFields({ draft, onChange }: PartProps) {
  return (
    <div className={styles.fields}>
      <TextField
        label="Requests a month"
        hint="For each key; empty: no quota."
        inputMode="numeric"
        value={draft.requestsPerMonth?.toString() ?? ''}
        onChange={(text) => onChange({ requestsPerMonth: toCount(text) })}
      />
      <TextField
        label="Requests a second"
        hint="For each key; empty: no limit."
        inputMode="numeric"
        value={draft.requestsPerSecond?.toString() ?? ''}
        onChange={(text) => onChange({ requestsPerSecond: toCount(text) })}
      />
    </div>
  );
}

export function UnpricedFields({ draft, onChange }: PartProps) {
  const { unpriced } = draft;
  return (
    <div className={styles.fields}>
      <SelectField
        label="Calls whose amount can’t be known before"
        value={unpriced === 'deny' ? 'deny' : 'reserve'}
        onChange={(choice) =>
          onChange({ unpriced: choice === 'deny' ? 'deny' : { reserveMinor: '', currency: 'usd' } })
        }
        options={[
          { value: 'deny', label: 'are denied' },
          { value: 'reserve', label: 'reserve a fixed amount' },
        ]}
      />
      {unpriced === 'deny' ? null : (
        <>
          <MoneyField
            label="Reserve"
            currency={unpriced.currency}
            minor={unpriced.reserveMinor}
            onChange={(reserveMinor) => onChange({ unpriced: { ...unpriced, reserveMinor } })}
          />
          <CurrencyField
            value={unpriced.currency}
            onChange={(currency) => onChange({ unpriced: { ...unpriced, currency } })}
          />
        </>
      )}
    </div>
  );
}

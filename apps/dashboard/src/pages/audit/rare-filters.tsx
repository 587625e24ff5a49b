import { knownCurrencies, minorToDecimal, parseMoney } from '../../format/money.ts';
import { SelectField } from '../../ui/fields.tsx';
import { PausedField } from '../../ui/paused-field.tsx';
import styles from './audit.module.css';
import type { AuditFilterName, AuditFiltersProps } from './filter-names.ts';

const STATES = [
  { value: '', label: 'Any state' },
  ...['open', 'committed', 'released', 'denied', 'replayed'].map((value) => ({ value, label: value })),
];

const TEXTS: readonly { readonly name: AuditFilterName; readonly label: string; readonly hint?: string }[] = [
  { name: 'operation', label: 'Operation', hint: 'charges:write' },
  { name: 'endpoint', label: 'Endpoint', hint: 'POST /v1/charges' },
  { name: 'message', label: 'Part of the message' },
  { name: 'rule', label: 'Rule that refused', hint: 'cap_exceeded' },
  { name: 'vaultKeyId', label: 'Vault key id' },
  { name: 'policyId', label: 'Policy id' },
  { name: 'policyVersion', label: 'Policy version' },
  { name: 'idempotencyKey', label: 'Idempotency key' },
  { name: 'upstreamRequestId', label: 'Provider’s request id' },
  { name: 'upstreamStatus', label: 'Provider’s status' },
  { name: 'id', label: 'Entry id' },
];

const USUAL_CURRENCY = 'usd';

export function RareFilters({ filters, onChange }: AuditFiltersProps) {
  const { currency } = filters;
  const currencies = knownCurrencies().map((code) => ({ value: code, label: code.toUpperCase() }));
  const amount = (name: 'amountFromMinor' | 'amountToMinor', label: string) => (
    <PausedField
      label={label}
      inputMode="decimal"
      hint={currency === '' ? undefined : currency.toUpperCase()}
      value={filters[name] === '' ? '' : minorToDecimal(filters[name], currency)}
      onChange={(text) => {
        const of = currency === '' ? USUAL_CURRENCY : currency;
        onChange({ [name]: parseMoney(text, of) ?? '', currency: of });
      }}
    />
  );
  return (
    <div className={styles.filters}>
      <SelectField label="State" value={filters.state} onChange={(state) => onChange({ state })} options={STATES} />
      {TEXTS.map(({ name, label, hint }) => (
        <PausedField
          key={name}
          label={label}
          placeholder={hint}
          maxLength={300}
          value={filters[name]}
          onChange={(text) => onChange({ [name]: text.trim() })}
        />
      ))}
      <SelectField
        label="Currency"
        value={currency}
        // An amount is of a currency: without one it says nothing.
        onChange={(code) => onChange({ currency: code, amountFromMinor: '', amountToMinor: '' })}
        options={[{ value: '', label: 'Any currency' }, ...currencies]}
      />
      {amount('amountFromMinor', 'Amount from')}
      {amount('amountToMinor', 'Amount to')}
    </div>
  );
}

import { knownCurrencies } from '../../format/money.ts';
import { SelectField } from '../../ui/fields.tsx';

const USUAL = ['usd', 'eur', 'gbp'];

export function CurrencyField({ value, onChange }: { value: string; onChange: (currency: string) => void }) {
  const known = knownCurrencies();
  const codes = [...new Set([...USUAL, value, ...known])];
  return (
    <SelectField
      label="Currency"
      value={value}
      onChange={onChange}
      options={codes.map((code) => ({ value: code, label: code.toUpperCase() }))}
    />
  );
}

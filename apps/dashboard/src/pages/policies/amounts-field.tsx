import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Stack } from '../../ui/layout.tsx';
import { CurrencyField } from './currency-field.tsx';
import { MoneyField } from './money-field.tsx';
import styles from './policies.module.css';

interface AmountsFieldProps {
  /** Of one amount. */
  readonly label: string;
  /** For who can't see where it stands, with the currency behind it. */
  readonly name: string;
  /** Of the button that adds one. */
  readonly add: string;
  readonly amounts: Readonly<Record<string, string>>;
  readonly onChange: (amounts: Record<string, string>) => void;
}

/** One amount a currency. */
export function AmountsField({ label, name, add, amounts, onChange }: AmountsFieldProps) {
  const entries = Object.entries(amounts);
  const replace = (at: number, entry: readonly [string, string]) =>
    onChange(Object.fromEntries(entries.map((one, index) => (index === at ? entry : one))));
  const next = ['usd', 'eur', 'gbp', 'jpy'].find((currency) => !(currency in amounts));
  return (
    <Stack>
      {entries.map(([currency, minor], index) => (
        <fieldset key={currency} className={styles.cap} aria-label={`${name} in ${currency}`}>
          <MoneyField
            label={label}
            currency={currency}
            minor={minor}
            onChange={(changed) => replace(index, [currency, changed])}
          />
          <CurrencyField value={currency} onChange={(changed) => replace(index, [changed, minor])} />
          <IconButton
            label={`Remove the limit in ${currency}`}
            onClick={() => onChange(Object.fromEntries(entries.filter((_, at) => at !== index)))}
          >
            <Trash2 size={15} aria-hidden="true" />
          </IconButton>
        </fieldset>
      ))}
      {next === undefined ? null : (
        <div>
          <Button small onClick={() => onChange({ ...amounts, [next]: '' })}>
            <Plus size={14} aria-hidden="true" /> {add}
          </Button>
        </div>
      )}
    </Stack>
  );
}

import { useState } from 'react';
import { minorToDecimal, parseMoney } from '../../format/money.ts';
import { TextField } from '../../ui/fields.tsx';

export interface MoneyFieldProps {
  readonly label: string;
  readonly currency: string;
  /** Minor units; empty while what is typed is no amount. */
  readonly minor: string;
  readonly onChange: (minor: string) => void;
}

const toText = (minor: string, currency: string) => (/^\d+$/.test(minor) ? minorToDecimal(minor, currency) : '');

/** An amount as people write it: `100.00`. */
export function MoneyField({ label, currency, minor, onChange }: MoneyFieldProps) {
  const [text, setText] = useState(() => toText(minor, currency));
  const type = (next: string) => {
    setText(next);
    onChange(parseMoney(next, currency) ?? '');
  };
  // The draft may have changed elsewhere: in the JSON view, or its currency.
  const shown = (parseMoney(text, currency) ?? '') === minor ? text : toText(minor, currency);
  const wrong = shown.trim() !== '' && parseMoney(shown, currency) === undefined;
  return (
    <TextField
      label={label}
      inputMode="decimal"
      required
      value={shown}
      onChange={type}
      error={wrong ? 'Not an amount' : undefined}
    />
  );
}

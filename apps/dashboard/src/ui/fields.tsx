import { type ComponentProps, type ReactNode, useId } from 'react';
import styles from './fields.module.css';

interface Around {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value, said below the field and to screen readers. */
  readonly error?: string | undefined;
}

interface Ties {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

function Field({ label, hint, error, children }: Around & { children: (ties: Ties) => ReactNode }) {
  const id = useId();
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`];
  const ties = {
    id,
    'aria-describedby': described.join(' ').trim() || undefined,
    'aria-invalid': error === undefined ? undefined : (true as const),
  };
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children(ties)}
      {hint === undefined ? null : (
        <div className={styles.hint} id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error === undefined ? null : (
        <div className={styles.error} id={`${id}-error`}>
          {error}
        </div>
      )}
    </div>
  );
}

type Changes = { readonly value: string; readonly onChange: (value: string) => void };

export type TextFieldProps = Around &
  Changes & { code?: boolean } & Omit<ComponentProps<'input'>, 'onChange' | 'value'>;

export function TextField({ label, hint, error, value, onChange, code, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ties) => (
        <input
          type="text"
          autoComplete="off"
          spellCheck={false}
          {...rest}
          {...ties}
          className={code ? `${styles.input} ${styles.code}` : styles.input}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export type TextAreaProps = Around &
  Changes & { code?: boolean } & Omit<ComponentProps<'textarea'>, 'onChange' | 'value'>;

export function TextArea({ label, hint, error, value, onChange, code, ...rest }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ties) => (
        <textarea
          rows={3}
          spellCheck={!code}
          {...rest}
          {...ties}
          className={code ? `${styles.input} ${styles.code}` : styles.input}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export type SelectFieldProps = Around &
  Changes & { options: readonly Option[] } & Omit<ComponentProps<'select'>, 'onChange' | 'value'>;

export function SelectField({ label, hint, error, value, onChange, options, ...rest }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ties) => (
        <select
          {...rest}
          {...ties}
          className={styles.input}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckFieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, hint, checked, onChange }: CheckFieldProps) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint === undefined ? null : <div className={styles.hint}>{hint}</div>}
      </div>
    </div>
  );
}

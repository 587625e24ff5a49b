import { SelectField } from '../../ui/fields.tsx';
import type { PartProps } from './limits-fields.tsx';
import styles from './policies.module.css';
import { withOwn } from './seconds.ts';

const WINDOWS = [
  { value: '300', label: '5 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '24 hours' },
];

/** What happens to the same request under another idempotency key. */
export function DuplicateGuardFields({ draft, onChange }: PartProps) {
  const { duplicateGuard } = draft;
  const guard = duplicateGuard === 'off' ? undefined : duplicateGuard;
  const usual = { mode: 'block', windowSeconds: 3_600, scope: 'run' } as const;
  return (
    <div className={styles.fields}>
      <SelectField
        label="Same request, new idempotency key"
        hint="Same operation, path and body: a retry that lost its key, or two branches."
        value={guard?.mode ?? 'off'}
        onChange={(choice) =>
          onChange({
            duplicateGuard:
              choice === 'off' ? 'off' : { ...usual, ...guard, mode: choice === 'warn' ? 'warn' : 'block' },
          })
        }
        options={[
          { value: 'off', label: 'is another call' },
          { value: 'warn', label: 'is let through, and marked in the audit' },
          { value: 'block', label: 'is blocked' },
        ]}
      />
      {guard === undefined ? null : (
        <>
          <SelectField
            label="Within"
            value={String(guard.windowSeconds)}
            onChange={(seconds) => onChange({ duplicateGuard: { ...guard, windowSeconds: Number(seconds) } })}
            options={withOwn(WINDOWS, guard.windowSeconds)}
          />
          <SelectField
            label="Among the calls of"
            value={guard.scope}
            onChange={(scope) => onChange({ duplicateGuard: { ...guard, scope: scope === 'key' ? 'key' : 'run' } })}
            options={[
              { value: 'run', label: 'one run' },
              { value: 'key', label: 'the key and its children' },
            ]}
          />
        </>
      )}
    </div>
  );
}

import { CheckField, SelectField } from '../../ui/fields.tsx';
import { Stack } from '../../ui/layout.tsx';
import { AmountsField } from './amounts-field.tsx';
import type { PartProps } from './limits-fields.tsx';
import styles from './policies.module.css';
import { withOwn } from './seconds.ts';

const TIMES = [
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
];

/** Above which amount people agree to a call before it is made. */
export function ApprovalFields({ draft, onChange }: PartProps) {
  const { approvalAbove, approvals } = draft;
  return (
    <Stack>
      <AmountsField
        label="A person agrees above"
        name="Approval above"
        add="Ask a person above an amount"
        amounts={approvalAbove}
        onChange={(amounts) => onChange({ approvalAbove: amounts })}
      />
      {Object.keys(approvalAbove).length === 0 ? null : (
        <div className={styles.fields}>
          <SelectField
            label="A request waits"
            hint="Its amount is held meanwhile; an approved call has as long to come."
            value={String(approvals.expiresInSeconds)}
            onChange={(seconds) => onChange({ approvals: { ...approvals, expiresInSeconds: Number(seconds) } })}
            options={withOwn(TIMES, approvals.expiresInSeconds)}
          />
          <CheckField
            label="Two different people have to approve"
            checked={approvals.fourEyes}
            onChange={(fourEyes) => onChange({ approvals: { ...approvals, fourEyes } })}
          />
        </div>
      )}
    </Stack>
  );
}

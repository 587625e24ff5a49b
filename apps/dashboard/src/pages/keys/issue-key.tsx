import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/fields.tsx';
import { Stack } from '../../ui/layout.tsx';
import { Loaded, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { AgentTypeField } from './agent-type-field.tsx';
import { SecretDialog } from './secret-once.tsx';

const EXPIRIES = [
  { value: '', label: 'Never' },
  { value: '1', label: 'After a day' },
  { value: '7', label: 'After a week' },
  { value: '30', label: 'After 30 days' },
  { value: '90', label: 'After 90 days' },
];
const DAY_MS = 86_400_000;

const instantIn = (days: string) => new Date(Date.now() + Number(days) * DAY_MS).toISOString();

export interface IssueKeyProps {
  readonly onClose: () => void;
  /** Chosen already; then it is not asked for. */
  readonly policyId?: string;
}

export function IssueKey({ onClose, policyId: fixedPolicyId }: IssueKeyProps) {
  const queryClient = useQueryClient();
  const policies = useQuery({ queryKey: ['policies', 'names'], queryFn: () => api.policies({ limit: 100 }) });
  const [agentType, setAgentType] = useState('');
  const [label, setLabel] = useState('');
  const [chosen, setChosen] = useState(fixedPolicyId ?? '');
  const [days, setDays] = useState('');
  const [secret, setSecret] = useState<string>();
  const policyId = chosen === '' ? (policies.data?.data[0]?.id ?? '') : chosen;
  const { busy, problem, submit } = useSubmit(async () => {
    const issued = await api.issueVaultKey({
      agentType: agentType.trim(),
      policyId,
      ...(label.trim() === '' ? {} : { label: label.trim() }),
      ...(days === '' ? {} : { expiresAt: instantIn(days) }),
    });
    setSecret(issued.vaultKey);
    await queryClient.invalidateQueries({ queryKey: ['vault-keys'] });
    await queryClient.invalidateQueries({ queryKey: ['agent-types'] });
  });
  if (secret !== undefined)
    return <SecretDialog title="The new vault key" secret={secret} what="vault key" onClose={onClose} />;
  return (
    <Dialog title="Issue a vault key" onClose={onClose}>
      <Loaded query={policies}>
        {({ data }) => (
          <form onSubmit={submit}>
            <Stack>
              <AgentTypeField value={agentType} onChange={setAgentType} />
              {fixedPolicyId === undefined ? (
                <SelectField
                  label="Policy"
                  required
                  value={policyId}
                  onChange={setChosen}
                  options={data.map(({ id, name, provider }) => ({ value: id, label: `${name} (${provider})` }))}
                />
              ) : null}
              <TextField
                label="Label"
                hint="Optional: where this key is used."
                maxLength={200}
                value={label}
                onChange={setLabel}
              />
              <SelectField label="Expires" value={days} onChange={setDays} options={EXPIRIES} />
              {problem === undefined ? null : <ProblemNote problem={problem} />}
              <DialogFoot>
                <Button onClick={onClose}>Cancel</Button>
                <Button
                  look="primary"
                  type="submit"
                  busy={busy}
                  blockedBecause={policyId === '' ? 'Make a policy first.' : undefined}
                >
                  Issue the key
                </Button>
              </DialogFoot>
            </Stack>
          </form>
        )}
      </Loaded>
    </Dialog>
  );
}

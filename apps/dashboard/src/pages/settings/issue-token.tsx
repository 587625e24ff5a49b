import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { Role } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/fields.tsx';
import { Stack } from '../../ui/layout.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { SecretDialog } from '../keys/secret-once.tsx';

const ROLES = [
  { value: 'viewer', label: 'viewer: sees everything' },
  { value: 'operator', label: 'operator: also stops keys, settles calls in doubt' },
  { value: 'admin', label: 'admin: everything' },
];
const EXPIRIES = [
  { value: '30', label: 'After 30 days' },
  { value: '90', label: 'After 90 days' },
  { value: '365', label: 'After a year' },
  { value: '', label: 'Never' },
];
const DAY_MS = 86_400_000;

const expiry = (days: string) =>
  days === '' ? {} : { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() };

export function IssueToken({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState('viewer');
  const [days, setDays] = useState('90');
  const [secret, setSecret] = useState<string>();
  const { busy, problem, submit } = useSubmit(async () => {
    const issued = await api.issueToken({ name: name.trim(), role: role as Role, ...expiry(days) });
    setSecret(issued.token);
    await queryClient.invalidateQueries({ queryKey: ['tokens'] });
  });
  if (secret !== undefined)
    return <SecretDialog title="The new token" secret={secret} what="token" onClose={onClose} />;
  return (
    <Dialog title="Issue an API token" onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextField
            label="Name"
            hint="Who or what uses it; it stands in the records."
            required
            maxLength={200}
            value={name}
            onChange={setName}
          />
          <SelectField label="Role" value={role} onChange={setRole} options={ROLES} />
          <SelectField label="Expires" value={days} onChange={setDays} options={EXPIRIES} />
          {problem === undefined ? null : <ProblemNote problem={problem} />}
          <DialogFoot>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" busy={busy}>
              Issue the token
            </Button>
          </DialogFoot>
        </Stack>
      </form>
    </Dialog>
  );
}

import { useState } from 'react';
import type { Approval } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { TextArea } from '../../ui/fields.tsx';
import { Row, Stack } from '../../ui/layout.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';

interface DecisionFormProps {
  readonly blockedBecause?: string | undefined;
  readonly approve: (body: { note?: string }) => Promise<Approval>;
  readonly deny: (body: { note?: string }) => Promise<Approval>;
  readonly onDecided: (approval: Approval) => void;
}

export function DecisionForm({ blockedBecause, approve, deny, onDecided }: DecisionFormProps) {
  const [note, setNote] = useState('');
  const body = () => (note.trim() === '' ? {} : { note: note.trim() });
  const approving = useSubmit(async () => onDecided(await approve(body())));
  const denying = useSubmit(async () => onDecided(await deny(body())));
  const problem = approving.problem ?? denying.problem;
  const busy = approving.busy || denying.busy;
  return (
    <Stack>
      <TextArea
        label="Why"
        hint="Kept with the decision; may be left out."
        maxLength={500}
        value={note}
        onChange={setNote}
      />
      {problem === undefined ? null : <ProblemNote problem={problem} />}
      <Row>
        <Button look="primary" busy={busy} blockedBecause={blockedBecause} onClick={() => void approving.run()}>
          Approve the call
        </Button>
        <Button look="danger" busy={busy} blockedBecause={blockedBecause} onClick={() => void denying.run()}>
          Deny it
        </Button>
      </Row>
    </Stack>
  );
}

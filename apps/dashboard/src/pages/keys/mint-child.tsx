import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { parseMoney } from '../../format/money.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Row, Stack } from '../../ui/layout.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { SecretDialog } from './secret-once.tsx';

/** A key for one run. A cap of its own can be given; what the parent has counts in any case. */
export function MintChild({ parent, onClose }: { parent: VaultKey; onClose: () => void }) {
  const queryClient = useQueryClient();
  const [runId, setRunId] = useState('');
  const [limit, setLimit] = useState('');
  const [currency, setCurrency] = useState('usd');
  const [secret, setSecret] = useState<string>();
  const limitMinor = limit.trim() === '' ? undefined : parseMoney(limit, currency);
  const noAmount = limit.trim() !== '' && limitMinor === undefined ? 'Not an amount of this currency.' : undefined;
  const { busy, problem, submit } = useSubmit(async () => {
    if (noAmount !== undefined) return;
    const own = { scope: 'run', window: 'total', direction: 'any', currency } as const;
    const caps = limitMinor === undefined ? [] : [{ ...own, limitMinor }];
    const minted = await api.mintChild(parent.id, { runId: runId.trim(), caps });
    setSecret(minted.vaultKey);
    await queryClient.invalidateQueries({ queryKey: ['vault-keys'] });
  });
  if (secret !== undefined)
    return <SecretDialog title="The key for this run" secret={secret} what="vault key" onClose={onClose} />;
  return (
    <Dialog title="Mint a key for a run" onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextField
            label="Run id"
            hint="Letters, digits and . _ : - ; every call of the key is of this run."
            required
            maxLength={128}
            pattern="[A-Za-z0-9][A-Za-z0-9._:\-]*"
            code
            value={runId}
            onChange={setRunId}
          />
          <Row>
            <TextField
              label="Cap for the run"
              hint="Optional."
              inputMode="decimal"
              value={limit}
              onChange={setLimit}
              error={noAmount}
            />
            <TextField
              label="Currency"
              maxLength={3}
              value={currency}
              onChange={(text) => setCurrency(text.toLowerCase())}
            />
          </Row>
          {problem === undefined ? null : <ProblemNote problem={problem} />}
          <DialogFoot>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" busy={busy}>
              Mint the key
            </Button>
          </DialogFoot>
        </Stack>
      </form>
    </Dialog>
  );
}

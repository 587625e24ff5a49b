import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { Reservation } from '../../api/report-types.ts';
import { formatMoney, minorToDecimal, parseMoney } from '../../format/money.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { TextArea, TextField } from '../../ui/fields.tsx';
import { Facts, Stack } from '../../ui/layout.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { showToast } from '../../ui/toasts.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { Money, Time } from '../../ui/values.tsx';
import styles from './in-doubt.module.css';

type Outcome = 'executed' | 'not_executed';

/** A person says what became of a call. It can't be taken back, so each choice says what it does to the money. */
export function Resolve({ call, onClose }: { call: Reservation; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { currency, reservedMinor } = call;
  const [outcome, setOutcome] = useState<Outcome>();
  const reserved = currency === null || reservedMinor === null ? '' : minorToDecimal(reservedMinor, currency);
  const [amount, setAmount] = useState(reserved);
  const [note, setNote] = useState('');
  const amountMinor = currency === null ? undefined : parseMoney(amount, currency);
  const noAmount = currency !== null && amountMinor === undefined ? 'Not an amount of this currency.' : undefined;
  const { busy, problem, submit } = useSubmit(async () => {
    if (outcome === undefined || (outcome === 'executed' && noAmount !== undefined)) return;
    // The reserved amount can be finer than minor units: it is only left out, never said again.
    const moved = outcome === 'executed' && amount !== reserved && amountMinor !== undefined ? { amountMinor } : {};
    await api.resolveReservation(call.id, { outcome, note: note.trim(), ...moved });
    showToast(outcome === 'executed' ? 'Committed, with your note.' : 'Given back, with your note.');
    onClose();
    for (const queryKey of [['reservations'], ['call', call.id], ['audit'], ['spend']]) {
      void queryClient.invalidateQueries({ queryKey });
    }
  });
  const held = currency === null || reservedMinor === null ? 'Nothing' : formatMoney(reservedMinor, currency);
  const choice = (value: Outcome, name: string, meaning: string) => (
    <label className={styles.choice}>
      <input type="radio" name="outcome" required checked={outcome === value} onChange={() => setOutcome(value)} />
      <span>
        {name}
        <span className={styles.meaning}>{meaning}</span>
      </span>
    </label>
  );
  return (
    <Dialog title="What became of this call?" onClose={onClose} wide>
      <form onSubmit={submit}>
        <Stack>
          <Facts
            facts={{
              Call: <AgentText>{`${call.provider} ${call.endpoint}`}</AgentText>,
              'Agent type': <AgentText>{call.agentType}</AgentText>,
              Held: <Money minor={reservedMinor} currency={currency} />,
              Sent: <Time at={call.launchedAt} />,
              'Idempotency key': <AgentText mono>{call.idempotencyKey}</AgentText>,
            }}
          />
          <fieldset className={styles.choices}>
            <legend>Look at the provider’s own dashboard first</legend>
            {choice('executed', 'The provider executed it', `${held} is held now; the amount below becomes committed.`)}
            {choice('not_executed', 'The provider did not execute it', `${held} is given back to the caps.`)}
          </fieldset>
          {outcome === 'executed' && currency !== null ? (
            <TextField
              label={`What it moved, in ${currency.toUpperCase()}`}
              inputMode="decimal"
              required
              value={amount}
              onChange={setAmount}
              error={noAmount}
            />
          ) : null}
          <TextArea
            label="How you know"
            hint="Stands in the audit for good."
            required
            maxLength={1_000}
            value={note}
            onChange={setNote}
          />
          {problem === undefined ? null : <ProblemNote problem={problem} />}
          <DialogFoot>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" busy={busy}>
              {outcome === 'not_executed' ? 'Give the amount back' : 'Settle the call'}
            </Button>
          </DialogFoot>
        </Stack>
      </form>
    </Dialog>
  );
}

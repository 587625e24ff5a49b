import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { Webhook } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../../ui/fields.tsx';
import { Stack } from '../../ui/layout.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { SecretDialog } from '../keys/secret-once.tsx';
import { ALERT_OPTIONS } from './alert-names.ts';
import styles from './alerts.module.css';

type Types = Webhook['types'];

export function NewWebhook({ onClose, onMade }: { onClose: () => void; onMade: () => Promise<void> }) {
  const [url, setUrl] = useState('');
  const [form, setForm] = useState<Webhook['form']>('standard');
  const [types, setTypes] = useState<Types>([]);
  const [secret, setSecret] = useState<string>();
  const { busy, problem, submit } = useSubmit(async () => {
    const made = await api.createWebhook({ url: url.trim(), form, types });
    setSecret(made.secret);
    await onMade();
  });
  if (secret !== undefined)
    return <SecretDialog title="The webhook’s secret" secret={secret} what="secret" onClose={onClose} />;
  return (
    <Dialog title="Send alerts to an address" onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextField
            label="Address"
            hint="Public, over HTTPS."
            type="url"
            required
            maxLength={2_000}
            value={url}
            onChange={setUrl}
          />
          <SelectField
            label="Form"
            value={form}
            onChange={(choice) => setForm(choice === 'slack' ? 'slack' : 'standard')}
            options={[
              { value: 'standard', label: 'Standard Webhooks: signed JSON' },
              { value: 'slack', label: 'Slack: a message' },
            ]}
          />
          <fieldset className={styles.kinds}>
            <legend>Only some kinds; none chosen: all</legend>
            {ALERT_OPTIONS.map(({ value, label }) => (
              <CheckField
                key={value}
                label={label}
                checked={types.includes(value as Types[number])}
                onChange={(checked) =>
                  setTypes(checked ? [...types, value as Types[number]] : types.filter((type) => type !== value))
                }
              />
            ))}
          </fieldset>
          {problem === undefined ? null : <ProblemNote problem={problem} />}
          <DialogFoot>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" busy={busy}>
              Make the webhook
            </Button>
          </DialogFoot>
        </Stack>
      </form>
    </Dialog>
  );
}

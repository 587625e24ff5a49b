import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import { useBlocked } from '../../data/session.tsx';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Hint } from '../../ui/layout.tsx';
import { Loaded, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import styles from './onboarding.module.css';
import { Step } from './step.tsx';

export interface CredentialStepProps {
  readonly provider: string;
  readonly chosen: string | undefined;
  readonly onChoose: (credentialId: string) => void;
}

/** The real key: encrypted, never given back; agents never see it. */
export function CredentialStep({ provider, chosen, onChoose }: CredentialStepProps) {
  const credentials = useQuery({
    queryKey: ['credentials', provider],
    queryFn: () => api.credentials({ provider, limit: 100 }),
  });
  const [adding, setAdding] = useState(false);
  const used = credentials.data?.data.find(({ id }) => id === chosen);
  return (
    <Step number={1} title="The real key" state={chosen === undefined ? 'now' : 'done'}>
      {used === undefined ? null : (
        <p>
          <AgentText>{used.label ?? used.provider}</AgentText>, ending in <code>{used.hint}</code>
        </p>
      )}
      {chosen === undefined ? (
        <Loaded query={credentials}>
          {({ data }) => (
            <>
              {data.length === 0 || adding ? null : <Hint>This account has real keys of {provider} already.</Hint>}
              {adding ? null : (
                <div className={styles.choices}>
                  {data.map(({ id, label, hint }) => (
                    <Button key={id} onClick={() => onChoose(id)}>
                      Use <AgentText>{label ?? provider}</AgentText> …{hint}
                    </Button>
                  ))}
                  {data.length === 0 ? null : (
                    <Button look="quiet" onClick={() => setAdding(true)}>
                      Add another
                    </Button>
                  )}
                </div>
              )}
              {data.length === 0 || adding ? <AddCredential provider={provider} onAdded={onChoose} /> : null}
            </>
          )}
        </Loaded>
      ) : null}
    </Step>
  );
}

function AddCredential({ provider, onAdded }: { provider: string; onAdded: (credentialId: string) => void }) {
  const queryClient = useQueryClient();
  const tooLow = useBlocked('admin');
  const [secret, setSecret] = useState('');
  const [accountSid, setAccountSid] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    const made = await api.createCredential({ provider, secret, ...(accountSid === '' ? {} : { accountSid }) });
    setSecret('');
    await queryClient.invalidateQueries({ queryKey: ['credentials', provider] });
    onAdded(made.id);
  });
  return (
    <form className={styles.form} onSubmit={submit}>
      {provider === 'twilio' ? (
        <TextField label="Account SID" required code placeholder="AC…" value={accountSid} onChange={setAccountSid} />
      ) : null}
      <TextField
        label={provider === 'twilio' ? 'Auth token' : 'Real API key'}
        type="password"
        required
        code
        autoComplete="off"
        maxLength={512}
        value={secret}
        onChange={setSecret}
        hint="Stored encrypted and never shown again. Agents never see it."
      />
      {problem === undefined ? null : <ProblemNote problem={problem} />}
      <div>
        <Button look="primary" type="submit" busy={busy} blockedBecause={tooLow}>
          Store the key
        </Button>
      </div>
    </form>
  );
}

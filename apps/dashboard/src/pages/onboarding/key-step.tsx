import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { useBlocked } from '../../data/session.tsx';
import { Button } from '../../ui/button.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { AgentTypeField } from '../keys/agent-type-field.tsx';
import { SecretOnce } from '../keys/secret-once.tsx';
import styles from './onboarding.module.css';
import { Step } from './step.tsx';

export type IssuedKey = VaultKey & { readonly vaultKey: string };

export interface KeyStepProps {
  readonly policyId: string | undefined;
  readonly credentialId: string | undefined;
  readonly issued: IssuedKey | undefined;
  readonly onIssued: (key: IssuedKey) => void;
}

export function KeyStep({ policyId, credentialId, issued, onIssued }: KeyStepProps) {
  const queryClient = useQueryClient();
  const tooLow = useBlocked('admin');
  const [agentType, setAgentType] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const issue = async () => {
    if (policyId === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const credential = credentialId === undefined ? {} : { credentialId };
      const key = await api.issueVaultKey({ agentType: agentType.trim(), policyId, ...credential });
      await queryClient.invalidateQueries({ queryKey: ['vault-keys'] });
      await queryClient.invalidateQueries({ queryKey: ['agent-types'] });
      onIssued(key);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void issue();
  };
  const open = policyId === undefined ? 'waiting' : 'now';
  return (
    <Step number={3} title="A vault key for the agent" state={issued === undefined ? open : 'done'}>
      {issued === undefined ? (
        <form className={styles.form} onSubmit={submit}>
          <AgentTypeField value={agentType} onChange={setAgentType} />
          {problem === undefined ? null : <ProblemNote problem={problem} />}
          <div>
            <Button look="primary" type="submit" busy={busy} blockedBecause={tooLow}>
              Issue the key
            </Button>
          </div>
        </form>
      ) : (
        <SecretOnce secret={issued.vaultKey} what="vault key" />
      )}
    </Step>
  );
}

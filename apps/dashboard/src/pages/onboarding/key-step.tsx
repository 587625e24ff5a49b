import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { useBlocked } from '../../data/session.tsx';
import { Button } from '../../ui/button.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
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
  const { busy, problem, submit } = useSubmit(async () => {
    if (policyId === undefined) return;
    const credential = credentialId === undefined ? {} : { credentialId };
    const key = await api.issueVaultKey({ agentType: agentType.trim(), policyId, ...credential });
    await queryClient.invalidateQueries({ queryKey: ['vault-keys'] });
    await queryClient.invalidateQueries({ queryKey: ['agent-types'] });
    onIssued(key);
  });
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

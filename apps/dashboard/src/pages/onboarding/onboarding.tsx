import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { useBlocked } from '../../data/session.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { Page } from '../../ui/layout.tsx';
import { Loaded, Note } from '../../ui/states.tsx';
import { ConnectStep } from './connect-step.tsx';
import { CredentialStep } from './credential-step.tsx';
import { KeyStep } from './key-step.tsx';
import styles from './onboarding.module.css';
import { PolicyStep } from './policy-step.tsx';

export default function OnboardingPage() {
  const providers = useQuery({ queryKey: ['providers'], queryFn: api.providers, staleTime: Number.POSITIVE_INFINITY });
  const [provider, setProvider] = useState('stripe');
  const tooLow = useBlocked('admin');
  return (
    <Page
      title="Get started"
      lead="Four steps to the first governed call: a real key that only Keybrake knows, a policy, a vault key for the agent, one changed line in its code."
    >
      {tooLow === undefined ? null : <Note warning>{tooLow} Ask somebody with that role to do this.</Note>}
      <Loaded query={providers}>
        {({ data }) => (
          <>
            <div className={styles.provider}>
              <SelectField
                label="Which API do your agents call?"
                value={provider}
                onChange={setProvider}
                options={data.map(({ id }) => ({ value: id, label: id }))}
              />
            </div>
            <Steps key={provider} provider={provider} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Steps({ provider }: { provider: string }) {
  const [credentialId, setCredentialId] = useState<string>();
  const [policyId, setPolicyId] = useState<string>();
  const [issued, setIssued] = useState<VaultKey & { readonly vaultKey: string }>();
  return (
    <ol className={styles.steps}>
      <CredentialStep provider={provider} chosen={credentialId} onChoose={setCredentialId} />
      <PolicyStep provider={provider} ready={credentialId !== undefined} chosen={policyId} onChoose={setPolicyId} />
      <KeyStep policyId={policyId} credentialId={credentialId} issued={issued} onIssued={setIssued} />
      <ConnectStep provider={provider} issued={issued} />
    </ol>
  );
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { api } from '../../api/api.ts';
import { ApiProblem } from '../../api/http.ts';
import type { Policy } from '../../api/types.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Page } from '../../ui/layout.tsx';
import { Loaded, Note } from '../../ui/states.tsx';
import { showToast } from '../../ui/toasts.tsx';
import { type Draft, draftOf } from './draft.ts';
import { PolicyEditor } from './policy-editor.tsx';
import { PolicyHistory } from './policy-history.tsx';
import { PolicyVersion } from './policy-version.tsx';

export default function PolicyPage() {
  const { id = '' } = useParams();
  const [parameters] = useSearchParams();
  // From a call: the version that decided it.
  const version = Number(parameters.get('version') ?? '0');
  const policy = useQuery({
    queryKey: ['policies', id],
    queryFn: () => api.policy(id),
    // What is being edited must not change under the hands; saving tells a conflict.
    refetchOnWindowFocus: false,
  });
  return (
    <Page
      title={policy.data?.name ?? 'Policy'}
      lead={policy.data === undefined ? undefined : `${policy.data.provider}, version ${policy.data.version}`}
      actions={<LinkButton to={`/keys?policyId=${encodeURIComponent(id)}`}>Its keys</LinkButton>}
    >
      {Number.isInteger(version) && version > 0 ? <PolicyVersion policyId={id} version={version} /> : null}
      <Loaded query={policy}>{(current) => <PolicyView key={current.version} policy={current} />}</Loaded>
    </Page>
  );
}

function PolicyView({ policy }: { policy: Policy }) {
  const queryClient = useQueryClient();
  const [conflict, setConflict] = useState(false);
  const reload = () => queryClient.invalidateQueries({ queryKey: ['policies'] });
  const save = async (draft: Draft) => {
    try {
      const saved = await api.revisePolicy(policy.id, policy.version, draft);
      await reload();
      showToast(`Version ${saved.version} is in force on every gateway.`);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 412)) throw error;
      setConflict(true);
    }
  };
  return (
    <>
      {conflict ? (
        <div role="alert">
          <Note warning>
            Somebody else has saved a newer version meanwhile, so yours was not saved. Copy what you need from the JSON
            view, then{' '}
            <Button small onClick={() => void reload()}>
              load the newer version
            </Button>
          </Note>
        </div>
      ) : null}
      <PolicyEditor start={draftOf(policy)} policyId={policy.id} onSave={save} saveLabel="Save as a new version" />
      <PolicyHistory policy={policy} />
    </>
  );
}

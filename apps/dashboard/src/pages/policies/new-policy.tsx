import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../../api/api.ts';
import { Card, Page } from '../../ui/layout.tsx';
import { Loaded } from '../../ui/states.tsx';
import { showToast } from '../../ui/toasts.tsx';
import { BLANK, type Draft } from './draft.ts';
import { PolicyEditor } from './policy-editor.tsx';
import { TemplateChoice } from './template-choice.tsx';

export default function NewPolicyPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const templates = useQuery({ queryKey: ['policy-templates'], queryFn: api.policyTemplates });
  const [start, setStart] = useState<Draft>();
  const create = async (draft: Draft) => {
    const made = await api.createPolicy(draft);
    await queryClient.invalidateQueries({ queryKey: ['policies'] });
    showToast(`${made.name} is made. It counts for every key that names it.`);
    await navigate(`/policies/${encodeURIComponent(made.id)}`);
  };
  return (
    <Page
      title="New policy"
      lead="What keys with this policy may call, and how much they may spend. All else is denied."
    >
      {start === undefined ? (
        <Card title="Begin with">
          <Loaded query={templates}>
            {({ data }) => (
              <TemplateChoice
                templates={data}
                onChoose={(template) => setStart(template.policy)}
                onBlank={() => setStart(BLANK)}
              />
            )}
          </Loaded>
        </Card>
      ) : (
        <PolicyEditor start={start} onSave={create} saveLabel="Make the policy" />
      )}
    </Page>
  );
}

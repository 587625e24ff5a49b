import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { PolicyTemplate } from '../../api/types.ts';
import { useBlocked } from '../../data/session.tsx';
import { AgentText } from '../../ui/agent-text.tsx';
import { Hint } from '../../ui/layout.tsx';
import { Loaded, Note, ProblemNote } from '../../ui/states.tsx';
import { TemplateChoice } from '../policies/template-choice.tsx';
import { Step } from './step.tsx';

export interface PolicyStepProps {
  readonly provider: string;
  readonly ready: boolean;
  readonly chosen: string | undefined;
  readonly onChoose: (policyId: string) => void;
}

/** What the agent may do. A template is a beginning; it can be changed at any time. */
export function PolicyStep({ provider, ready, chosen, onChoose }: PolicyStepProps) {
  const queryClient = useQueryClient();
  const tooLow = useBlocked('admin');
  const templates = useQuery({ queryKey: ['policy-templates'], queryFn: api.policyTemplates });
  const [problem, setProblem] = useState<unknown>();
  const [name, setName] = useState('');
  const make = async ({ policy }: PolicyTemplate) => {
    setProblem(undefined);
    try {
      const made = await api.createPolicy(policy);
      await queryClient.invalidateQueries({ queryKey: ['policies'] });
      setName(made.name);
      onChoose(made.id);
    } catch (error) {
      setProblem(error);
    }
  };
  const unused = ready ? 'now' : 'waiting';
  return (
    <Step number={2} title="What the agent may do and spend" state={chosen === undefined ? unused : 'done'}>
      {chosen === undefined ? (
        <>
          <Hint>Begin with one of these; limits and operations can be changed at any time.</Hint>
          {tooLow === undefined ? null : <Note warning>{tooLow}</Note>}
          <Loaded query={templates}>
            {({ data }) => (
              <TemplateChoice
                templates={data.filter((template) => template.provider === provider)}
                onChoose={(template) => void make(template)}
              />
            )}
          </Loaded>
          {problem === undefined ? null : <ProblemNote problem={problem} />}
        </>
      ) : (
        <p>
          <AgentText>{name}</AgentText> (<Link to={`/policies/${encodeURIComponent(chosen)}`}>change it</Link>)
        </p>
      )}
    </Step>
  );
}

import { useState } from 'react';
import { api } from '../../api/api.ts';
import { ApiProblem } from '../../api/http.ts';
import { useBlocked } from '../../data/session.tsx';
import { Button } from '../../ui/button.tsx';
import { TextArea } from '../../ui/fields.tsx';
import { Card } from '../../ui/layout.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { type Draft, missingAmounts, parseJson, sameDraft, toJson } from './draft.ts';
import styles from './policies.module.css';
import { PolicyForm } from './policy-form.tsx';
import { PolicyPreview, type PolicyPreviewProps } from './policy-preview.tsx';

export interface PolicyEditorProps {
  readonly start: Draft;
  /** Undefined: a new policy. */
  readonly policyId?: string;
  /** Resolves when it is saved. */
  readonly onSave: (draft: Draft) => Promise<void>;
  readonly saveLabel: string;
}

/** One draft in two views; switching between them loses nothing. Before it is saved it is tried on the last days. */
export function PolicyEditor({ start, policyId, onSave, saveLabel }: PolicyEditorProps) {
  const tooLow = useBlocked('admin');
  const [draft, setDraft] = useState(start);
  const [json, setJson] = useState<string>();
  const [tried, setTried] = useState<PolicyPreviewProps['tried']>();
  const parsed = json === undefined ? { draft } : parseJson(json);
  const current = 'draft' in parsed ? parsed.draft : undefined;
  const missing = current === undefined ? [] : missingAmounts(current);

  const showForm = () => {
    if (current === undefined) return;
    setDraft(current);
    setJson(undefined);
  };
  const { busy, problem, submit } = useSubmit(async () => {
    if (current === undefined) return;
    setTried(await tryOut(current, policyId));
  });
  return (
    <form className={styles.form} onSubmit={submit}>
      <fieldset className={styles.views} aria-label="View of the policy">
        <button type="button" className={styles.view} aria-pressed={json === undefined} onClick={showForm}>
          Form
        </button>
        <button
          type="button"
          className={styles.view}
          aria-pressed={json !== undefined}
          onClick={() => setJson(json ?? toJson(draft))}
        >
          JSON
        </button>
      </fieldset>
      <fieldset className={styles.form} disabled={tooLow !== undefined}>
        {json === undefined ? (
          <PolicyForm
            draft={draft}
            isNew={policyId === undefined}
            onChange={(changes) => setDraft({ ...draft, ...changes })}
          />
        ) : (
          <Card>
            <TextArea
              label="The policy as the API takes it"
              code
              rows={28}
              value={json}
              onChange={setJson}
              error={'problem' in parsed ? parsed.problem : undefined}
            />
          </Card>
        )}
      </fieldset>
      {problem === undefined ? null : <ProblemNote problem={problem} />}
      <div className={styles.bar}>
        <span>
          {barText({
            tooLow,
            missing,
            unreadable: current === undefined,
            changed: current !== undefined && !sameDraft(current, start),
          })}
        </span>
        <Button
          look="primary"
          type="submit"
          busy={busy}
          blockedBecause={
            tooLow ?? (missing.length > 0 || current === undefined ? 'Something is missing yet.' : undefined)
          }
        >
          {saveLabel}
        </Button>
      </div>
      {tried === undefined || current === undefined ? null : (
        <PolicyPreview
          tried={tried}
          saveLabel="Save"
          onClose={() => setTried(undefined)}
          onSave={async () => {
            await onSave(current);
            setTried(undefined);
          }}
        />
      )}
    </form>
  );
}

/** A policy that is wrong is not tried: what is wrong is shown beside it. */
async function tryOut(draft: Draft, policyId: string | undefined): Promise<PolicyPreviewProps['tried']> {
  try {
    return { simulation: await api.simulatePolicy(draft, policyId) };
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 422) throw problem;
    return { problem };
  }
}

interface BarState {
  readonly tooLow: string | undefined;
  readonly missing: readonly string[];
  readonly unreadable: boolean;
  readonly changed: boolean;
}

function barText({ tooLow, missing, unreadable, changed }: BarState): string {
  if (tooLow !== undefined) return tooLow;
  if (unreadable) return 'The JSON can’t be read yet.';
  if (missing.length > 0) return `Still to be filled in: ${missing.join(', ')}.`;
  return changed ? 'Not saved yet.' : 'No changes.';
}

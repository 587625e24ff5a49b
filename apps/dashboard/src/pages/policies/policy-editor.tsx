import { useState } from 'react';
import { useBlocked } from '../../data/session.tsx';
import { Button } from '../../ui/button.tsx';
import { TextArea } from '../../ui/fields.tsx';
import { Card } from '../../ui/layout.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { type Draft, missingAmounts, parseJson, sameDraft, toJson } from './draft.ts';
import styles from './policies.module.css';
import { PolicyForm } from './policy-form.tsx';

export interface PolicyEditorProps {
  readonly start: Draft;
  readonly isNew: boolean;
  /** Resolves when it is saved. */
  readonly onSave: (draft: Draft) => Promise<void>;
  readonly saveLabel: string;
}

/** One draft in two views; switching between them loses nothing. */
export function PolicyEditor({ start, isNew, onSave, saveLabel }: PolicyEditorProps) {
  const tooLow = useBlocked('admin');
  const [draft, setDraft] = useState(start);
  const [json, setJson] = useState<string>();
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
    await onSave(current);
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
          <PolicyForm draft={draft} isNew={isNew} onChange={(changes) => setDraft({ ...draft, ...changes })} />
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
    </form>
  );
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

import { useMemo, useState } from 'react';
import type { OperationClass, Provider } from '../../api/types.ts';
import { TextArea, TextField } from '../../ui/fields.tsx';
import { Hint, Stack } from '../../ui/layout.tsx';
import { coverageOf, otherPatterns, type Resource, resourcesOf, toggled } from './operations.ts';
import styles from './policies.module.css';

const ROWS_MAX = 40;
const CLASSES: Record<OperationClass, string> = { read: '', free: 'free', money: 'costs money', denied: 'never' };

interface OperationsFieldProps {
  readonly provider: Provider;
  readonly patterns: readonly string[];
  readonly onChange: (patterns: readonly string[]) => void;
}

const isChosen = (patterns: readonly string[], { name, accesses }: Resource) =>
  accesses.some(({ access }) => coverageOf(patterns, name, access) === 'own');

/** What the policy allows, by resource; everything else is denied. */
export function OperationsField({ provider, patterns, onChange }: OperationsFieldProps) {
  const [search, setSearch] = useState('');
  const resources = useMemo(() => resourcesOf(provider), [provider]);
  // What was chosen at first stands at the top and stays there while boxes are ticked.
  const [chosenFirst] = useState(patterns);
  const ordered = useMemo(
    () => resources.toSorted((a, b) => Number(isChosen(chosenFirst, b)) - Number(isChosen(chosenFirst, a))),
    [resources, chosenFirst],
  );
  const wanted = search.trim().toLowerCase();
  const found = ordered.filter(
    ({ name, accesses }) =>
      name.includes(wanted) ||
      accesses.some(({ endpoints }) => endpoints.some((one) => one.toLowerCase().includes(wanted))),
  );
  const others = otherPatterns(patterns, resources);
  const setOthers = (text: string) => {
    const kept = patterns.filter((pattern) => !others.includes(pattern));
    onChange([...kept, ...text.split('\n').filter((line) => line.trim() !== '')]);
  };
  return (
    <Stack>
      <TextField
        label="Find an operation"
        type="search"
        placeholder="charges, refunds, POST /v1/…"
        value={search}
        onChange={setSearch}
      />
      <div className={styles.operations}>
        <table>
          <caption className={styles.hidden}>Operations of {provider.id}</caption>
          <thead>
            <tr>
              <th scope="col">Resource</th>
              <th scope="col">Read</th>
              <th scope="col">Write</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, ROWS_MAX).map((resource) => (
              <ResourceRow key={resource.name} resource={resource} patterns={patterns} onChange={onChange} />
            ))}
          </tbody>
        </table>
      </div>
      <Hint>
        {found.length > ROWS_MAX
          ? `${ROWS_MAX} of ${found.length} resources are shown: search for the others.`
          : `${found.length} of ${resources.length} resources.`}{' '}
        What is not chosen is denied.
      </Hint>
      <TextArea
        label="Other patterns"
        hint="One a line, such as *:read or POST /v1/charges."
        code
        rows={2}
        value={others.join('\n')}
        onChange={setOthers}
      />
    </Stack>
  );
}

interface ResourceRowProps {
  readonly resource: Resource;
  readonly patterns: readonly string[];
  readonly onChange: (patterns: readonly string[]) => void;
}

function ResourceRow({ resource, patterns, onChange }: ResourceRowProps) {
  return (
    <tr>
      <th scope="row">{resource.name}</th>
      {['read', 'write'].map((access) => {
        const offered = resource.accesses.find((one) => one.access === access);
        if (offered === undefined) return <td key={access}>–</td>;
        const coverage = coverageOf(patterns, resource.name, access);
        return (
          <td key={access} title={offered.endpoints.join('\n')}>
            <label>
              <input
                type="checkbox"
                aria-label={`${resource.name} ${access}`}
                checked={coverage !== 'no'}
                disabled={coverage === 'wider'}
                onChange={(event) => onChange(toggled(patterns, resource, access, event.target.checked))}
              />
              <span className={offered.class === 'money' ? styles.money : styles.class}>
                {coverage === 'wider' ? 'by a wider pattern' : CLASSES[offered.class]}
              </span>
            </label>
          </td>
        );
      })}
    </tr>
  );
}

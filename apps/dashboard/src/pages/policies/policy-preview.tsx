import type { Simulation, SimulationChange, SimulationExample, SimulationSide } from '../../api/types.ts';
import { formatMoney } from '../../format/money.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { Stack } from '../../ui/layout.tsx';
import { Empty, Note, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { Count, Time } from '../../ui/values.tsx';

export interface PolicyPreviewProps {
  /** Or why it could not be tried: saving goes on all the same. */
  readonly tried: { readonly simulation: Simulation } | { readonly problem: unknown };
  readonly saveLabel: string;
  readonly onSave: () => Promise<void>;
  readonly onClose: () => void;
}

/** Before a policy is saved: what it would have decided of the calls of the last days. */
export function PolicyPreview({ tried, saveLabel, onSave, onClose }: PolicyPreviewProps) {
  const { busy, problem, run } = useSubmit(onSave);
  return (
    <Dialog title="What the last 7 days would have been" onClose={onClose} wide>
      <Stack>
        {'simulation' in tried ? <Outcome simulation={tried.simulation} /> : <ProblemNote problem={tried.problem} />}
        {problem === undefined ? null : <ProblemNote problem={problem} />}
      </Stack>
      <DialogFoot>
        <Button onClick={onClose}>Back to the policy</Button>
        <Button look="primary" busy={busy} onClick={() => void run()}>
          {saveLabel}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

function Outcome({ simulation }: { simulation: Simulation }) {
  const { calls, undecided, recorded, simulated, changes, examples } = simulation;
  if (calls === 0) return <Note>No call was recorded that this policy would have decided.</Note>;
  return (
    <>
      {changes.length === 0 ? (
        <Note>Each of the {calls} calls would have been decided as it was.</Note>
      ) : (
        <ul>
          {changes.map((change) => (
            <li key={`${change.before} ${change.after} ${change.rule}`}>
              <AgentText>{changeText(change)}</AgentText>
            </li>
          ))}
        </ul>
      )}
      <DataTable
        caption="What was, and what would have been"
        columns={SIDES}
        rows={[
          { name: 'As it was', ...recorded },
          { name: 'With this policy', ...simulated },
        ]}
        rowKey={({ name }) => name}
        empty={null}
      />
      {examples.length === 0 ? null : (
        <DataTable
          caption="Examples"
          columns={EXAMPLES}
          rows={examples}
          rowKey={({ id }) => id}
          empty={<Empty title="None" />}
        />
      )}
      {undecided === 0 ? null : (
        <Note>{undecided} calls are taken as they were: what this policy wants to know of them was not recorded.</Note>
      )}
    </>
  );
}

const amountsText = (amounts: SimulationChange['amounts']) =>
  amounts.map(({ currency, amountMinor }) => formatMoney(amountMinor, currency)).join(' + ');

const WAS = { allowed: 'went through', denied: 'was denied', replayed: 'was answered again' };
const WERE = { allowed: 'went through', denied: 'were denied', replayed: 'were answered again' };
const WOULD = { allowed: 'would go through', denied: 'would be denied', replayed: 'would be answered again' };

/** `12 calls that went through would be denied: cap_exceeded ($340.00)`. */
function changeText({ before, after, rule, calls, amounts }: SimulationChange): string {
  const who = calls === 1 ? `1 call that ${WAS[before]}` : `${calls} calls that ${WERE[before]}`;
  const why = rule === null ? '' : `: ${rule}`;
  return `${who} ${WOULD[after]}${why}${amounts.length === 0 ? '' : ` (${amountsText(amounts)})`}`;
}

const SIDES: readonly Column<SimulationSide & { readonly name: string }>[] = [
  { head: '', cell: ({ name }) => name },
  { head: 'Allowed', number: true, cell: ({ allowed }) => <Count value={allowed} /> },
  { head: 'Denied', number: true, cell: ({ denied }) => <Count value={denied} /> },
  { head: 'Answered again', number: true, cell: ({ replayed }) => <Count value={replayed} /> },
  { head: 'Spent', number: true, cell: ({ spend }) => (spend.length === 0 ? '–' : amountsText(spend)) },
];

const decisionText = (decision: string, rule: string | null) => (rule === null ? decision : `${decision}: ${rule}`);

const EXAMPLES: readonly Column<SimulationExample>[] = [
  { head: 'When', cell: ({ at }) => <Time at={at} /> },
  { head: 'Agent type', cell: ({ agentType }) => <AgentText>{agentType}</AgentText> },
  { head: 'Call', cell: ({ endpoint }) => <AgentText>{endpoint}</AgentText> },
  {
    head: 'Amount',
    number: true,
    cell: ({ amountMinor, currency }) =>
      amountMinor === null || currency === null ? '–' : formatMoney(amountMinor, currency),
  },
  { head: 'Was', cell: ({ before, beforeRule }) => <AgentText>{decisionText(before, beforeRule)}</AgentText> },
  { head: 'Would be', cell: ({ after, afterRule }) => <AgentText>{decisionText(after, afterRule)}</AgentText> },
];

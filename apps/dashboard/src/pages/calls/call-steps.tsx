import type { CallBalance, CallLife, CallStep } from '../../api/report-types.ts';
import { formatMoney } from '../../format/money.ts';
import { formatMs } from '../../format/time.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { CallState } from '../../ui/badge.tsx';
import { Money, Time } from '../../ui/values.tsx';
import styles from './calls.module.css';
import { balanceName } from './names.ts';

/** What came of the call, step by step, with every cap before and after it. */
export function CallSteps({ steps, entry }: Pick<CallLife, 'steps' | 'entry'>) {
  return (
    <ol className={styles.steps}>
      {steps.map((step) => (
        <li key={`${step.type} ${step.at}`} className={styles.step}>
          <span className={styles.since}>+{formatMs(step.sinceStartMs)}</span>
          <div className={styles.stepBody}>
            <div className={styles.stepHead}>
              <CallState state={step.type} />
              {step.amountMinor === null ? null : <Money minor={step.amountMinor} currency={entry.currency} />}
              <Time at={step.at} />
              {step.detail === null ? null : <AgentText>{step.detail}</AgentText>}
            </div>
            {step.balances.length === 0 ? null : <StepBalances step={step} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

function StepBalances({ step }: { step: CallStep }) {
  return (
    <div className={styles.balances}>
      <table>
        <thead>
          <tr>
            <th scope="col">Cap</th>
            <th scope="col">Committed</th>
            <th scope="col">Held</th>
            <th scope="col">Limit</th>
          </tr>
        </thead>
        <tbody>
          {step.balances.map((balance) => (
            <tr
              key={`${balance.scope} ${balance.scopeId} ${balance.windowId} ${balance.currency} ${balance.direction}`}
            >
              <th scope="row">
                <AgentText>{balanceName(balance)}</AgentText>
              </th>
              <td>{change(balance, balance.committedBeforeMinor, balance.committedAfterMinor)}</td>
              <td>{change(balance, balance.heldBeforeMinor, balance.heldAfterMinor)}</td>
              <td>{formatMoney(balance.limitMinor, balance.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function change({ currency }: CallBalance, before: string, after: string): string {
  const from = formatMoney(before, currency);
  return before === after ? from : `${from} → ${formatMoney(after, currency)}`;
}

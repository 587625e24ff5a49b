import { Link } from 'react-router';
import type { Spend } from '../../api/types.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/states.tsx';
import { UsageBar } from '../../ui/usage-bar.tsx';
import { Count } from '../../ui/values.tsx';
import styles from './overview.module.css';

type MoneySpend = Spend & { readonly currency: string };
const hasCurrency = (row: Spend): row is MoneySpend => row.currency !== null;

function byAgentType(spend: readonly Spend[]) {
  return [...Map.groupBy(spend, ({ agentType }) => agentType)].map(([agentType, rows]) => ({
    agentType,
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    denials: rows.reduce((sum, { denials }) => sum + denials, 0),
    money: rows.filter(hasCurrency),
  }));
}

export function AgentTypeSpend({ spend }: { spend: readonly Spend[] }) {
  const types = byAgentType(spend);
  if (types.length === 0) {
    return (
      <Empty title="No agent has called today" action={<LinkButton to="/onboarding">Connect an agent</LinkButton>}>
        Each agent type that calls through the gateway gets a bar here: committed, held, and the room its caps leave.
      </Empty>
    );
  }
  return (
    <>
      <div className={styles.types}>
        {types.map(({ agentType, calls, denials, money }) => (
          <div key={agentType} className={styles.type}>
            <div>
              <div className={styles.typeName}>
                <Link to={`/keys?agentType=${encodeURIComponent(agentType)}`}>
                  <AgentText>{agentType}</AgentText>
                </Link>
              </div>
              <div className={styles.typeCalls}>
                <Count value={calls} /> {calls === 1 ? 'call' : 'calls'}, <Count value={denials} /> denied
              </div>
            </div>
            <div className={styles.currencies}>
              {money.length === 0 ? <span className={styles.typeCalls}>no spend</span> : null}
              {money.map((row) => (
                <UsageBar key={row.currency} label={`${agentType}: share of the day's ${row.currency} cap`} {...row} />
              ))}
            </div>
          </div>
        ))}
      </div>
      <div className={styles.legend}>
        <span>
          <span className={`${styles.swatch} ${styles.committed}`} />
          committed: the provider has done it
        </span>
        <span>
          <span className={`${styles.swatch} ${styles.held}`} />
          held: on its way, in doubt, or waiting for a person
        </span>
        <span>
          <span className={styles.swatch} />
          room left
        </span>
      </div>
    </>
  );
}

import type { Balance } from '../../api/types.ts';
import { WINDOWS } from '../../format/windows.ts';
import { Empty } from '../../ui/states.tsx';
import { UsageBar } from '../../ui/usage-bar.tsx';
import { Time } from '../../ui/values.tsx';
import styles from './keys.module.css';

const SCOPES = { run: 'each run', key: 'this key', agent_type: 'its agent type', account: 'the account' };
const DIRECTIONS = { any: '', in: ', money in', out: ', money out' };

const capName = ({ scope, window, currency, direction }: Balance) =>
  `${currency.toUpperCase()} for ${SCOPES[scope]}, ${WINDOWS[window]}${DIRECTIONS[direction]}`;

/** Every cap that a call of the key must fit. */
export function KeyBalances({ balances }: { balances: readonly Balance[] }) {
  if (balances.length === 0) {
    return (
      <Empty title="No cap that a key can have used">
        Caps of single runs count for each run; a policy without any cap lets only calls without an amount pass.
      </Empty>
    );
  }
  return (
    <div className={styles.caps}>
      {balances.map((balance) => (
        <div key={`${balance.scope} ${balance.scopeId} ${balance.window} ${balance.currency} ${balance.direction}`}>
          <div className={styles.capName}>
            <h3>{capName(balance)}</h3>
            {balance.resetsAt === null ? null : (
              <span className={styles.capReset}>
                resets <Time at={balance.resetsAt} relative />
              </span>
            )}
          </div>
          <UsageBar label={capName(balance)} {...balance} />
        </div>
      ))}
    </div>
  );
}

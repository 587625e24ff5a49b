import type { CSSProperties } from 'react';
import { Link } from 'react-router';
import type { Usage } from '../../api/report-types.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/states.tsx';
import { Count, Time } from '../../ui/values.tsx';
import styles from './usage.module.css';

type Quota = Usage['quotas'][number];

const NEAR = 0.8;
const width = (share: number) => ({ '--share': `${Math.min(1, share) * 100}%` }) as CSSProperties;

export function Quotas({ quotas }: Pick<Usage, 'quotas'>) {
  if (quotas.length === 0) {
    return (
      <Empty title="No policy has a quota">
        A policy can limit the requests a month of each of its keys: <code>requestsPerMonth</code>.
      </Empty>
    );
  }
  return (
    <ul className={styles.quotas}>
      {quotas.map((quota) => (
        <QuotaLine key={`${quota.policyId} ${quota.vaultKeyId}`} quota={quota} />
      ))}
    </ul>
  );
}

function QuotaLine({
  quota: { policyId, policyName, vaultKeyId, used, requestsPerMonth, resetsAt },
}: {
  quota: Quota;
}) {
  const share = used / requestsPerMonth;
  return (
    <li>
      <div className={styles.quotaName}>
        <span>
          {vaultKeyId === null ? (
            'No live key'
          ) : (
            <Link to={`/keys/${encodeURIComponent(vaultKeyId)}`}>
              <AgentText mono>{vaultKeyId}</AgentText>
            </Link>
          )}{' '}
          under{' '}
          <Link to={`/policies/${encodeURIComponent(policyId)}`}>
            <AgentText>{policyName}</AgentText>
          </Link>
        </span>
        <span className={styles.reset}>
          resets <Time at={resetsAt} relative />
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: <meter> can't be drawn alike in every browser */}
      <div
        className={styles.meter}
        role="meter"
        aria-label={`Requests of ${vaultKeyId ?? 'no key'} this month`}
        aria-valuemin={0}
        aria-valuemax={requestsPerMonth}
        aria-valuenow={Math.min(used, requestsPerMonth)}
      >
        <div className={styles.used} style={width(share)} />
      </div>
      <div className={styles.figures}>
        <span>
          <b>
            <Count value={used} />
          </b>{' '}
          of <Count value={requestsPerMonth} /> used
        </span>
        <span>
          <Count value={Math.max(0, requestsPerMonth - used)} /> left
        </span>
        {share >= 1 ? <Badge tone="bad">full</Badge> : null}
        {share >= NEAR && share < 1 ? <Badge tone="warn">over 80 %</Badge> : null}
      </div>
    </li>
  );
}

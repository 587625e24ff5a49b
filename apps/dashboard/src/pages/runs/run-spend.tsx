import type { Run } from '../../api/report-types.ts';
import { formatMoney } from '../../format/money.ts';

/** Of each currency by itself: what was committed, and what is held beside it. */
export function RunSpend({ run: { spend } }: { run: Run }) {
  if (spend.length === 0) return <span>–</span>;
  return spend.map(({ currency, committedMinor, heldMinor }) => (
    <div key={currency}>
      {formatMoney(committedMinor, currency)}
      {heldMinor === '0' ? '' : `, ${formatMoney(heldMinor, currency)} held`}
    </div>
  ));
}

import { formatMoney } from '../format/money.ts';
import { formatRelative, formatTime, formatWholeTime } from '../format/time.ts';

/** An amount, or a dash where there is none. */
export function Money({ minor, currency }: { minor: string | null | undefined; currency: string | null | undefined }) {
  if (minor === null || minor === undefined || currency === null || currency === undefined) return <span>–</span>;
  return <span>{formatMoney(minor, currency)}</span>;
}

/** An instant; the whole of it in the title. */
export function Time({ at, relative = false }: { at: string | null | undefined; relative?: boolean }) {
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <time dateTime={at} title={formatWholeTime(at)}>
      {relative ? formatRelative(at) : formatTime(at)}
    </time>
  );
}

const count = new Intl.NumberFormat('en-US');
export const Count = ({ value }: { value: number }) => <span>{count.format(value)}</span>;

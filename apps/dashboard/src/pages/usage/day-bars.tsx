import type { CSSProperties } from 'react';
import type { Usage } from '../../api/report-types.ts';
import { daysOf } from './months.ts';
import styles from './usage.module.css';

const height = (share: number) => ({ '--share': `${share * 100}%` }) as CSSProperties;

/** A bar a day; the table on the page has the figures, so this picture is not read out. */
export function DayBars({ month, byDay }: { month: string } & Pick<Usage, 'byDay'>) {
  const calls = new Map(byDay.map((day) => [day.day, day.calls]));
  const most = Math.max(1, ...calls.values());
  return (
    <div className={styles.bars} aria-hidden="true">
      {daysOf(month).map((day) => (
        <div key={day} className={styles.day} title={`${day}: ${calls.get(day) ?? 0} calls`}>
          <div className={styles.bar} style={height((calls.get(day) ?? 0) / most)} />
          <span className={styles.dayName}>{Number(day.slice(8))}</span>
        </div>
      ))}
    </div>
  );
}

import { type CSSProperties, useId } from 'react';
import { formatMoney, shareOf } from '../format/money.ts';
import { Badge } from './badge.tsx';
import styles from './usage-bar.module.css';

const NEAR = 0.8;

export interface UsageBarProps {
  readonly label: string;
  readonly currency: string;
  readonly committedMinor: string;
  readonly heldMinor: string;
  /** Null where no cap applies: then there is no bar, only figures. */
  readonly limitMinor: string | null;
}

export type Fill = 'room' | 'near' | 'full';

/** Full is when no minor unit of room is left. */
export function fillOf({ committedMinor, heldMinor, limitMinor }: Omit<UsageBarProps, 'label' | 'currency'>): Fill {
  if (limitMinor === null) return 'room';
  const used = (BigInt(committedMinor) + BigInt(heldMinor)).toString();
  if (BigInt(used) >= BigInt(limitMinor)) return 'full';
  return shareOf(used, limitMinor) >= NEAR ? 'near' : 'room';
}

const width = (share: number) => ({ '--share': `${Math.min(share, 1) * 100}%` }) as CSSProperties;

/** What a cap's window has committed, what is held, and the room that is left: as a bar and in figures. */
export function UsageBar(props: UsageBarProps) {
  const { label, currency, committedMinor, heldMinor, limitMinor } = props;
  const figuresId = useId();
  const fill = fillOf(props);
  const money = (minor: string) => formatMoney(minor, currency);
  const used = BigInt(committedMinor) + BigInt(heldMinor);
  return (
    <div>
      {limitMinor === null ? null : (
        // biome-ignore lint/a11y/useSemanticElements: <meter> can't show what is held apart from what is committed
        <div
          className={fill === 'room' ? styles.bar : `${styles.bar} ${styles[fill]}`}
          role="meter"
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.min(100, Math.round(shareOf(used.toString(), limitMinor) * 100))}
          aria-describedby={figuresId}
        >
          <div className={styles.committed} style={width(shareOf(committedMinor, limitMinor))} />
          <div className={styles.held} style={width(shareOf(heldMinor, limitMinor))} />
        </div>
      )}
      <div className={styles.figures} id={figuresId}>
        <span>
          <b>{money(committedMinor)}</b> committed
        </span>
        <span>
          <b>{money(heldMinor)}</b> held
        </span>
        {limitMinor === null ? (
          <span>no cap</span>
        ) : (
          <span>
            <b>{money(roomLeft(used, limitMinor))}</b> left of {money(limitMinor)}
          </span>
        )}
        {fill === 'near' ? <Badge tone="warn">over 80 %</Badge> : null}
        {fill === 'full' ? <Badge tone="bad">full</Badge> : null}
      </div>
    </div>
  );
}

function roomLeft(used: bigint, limitMinor: string): string {
  const room = BigInt(limitMinor) - used;
  return (room > 0n ? room : 0n).toString();
}

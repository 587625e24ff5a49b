import styles from './badge.module.css';

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'busy';

/** A state in a word; its mark differs in shape as well as in colour. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: string }) {
  return <span className={tone === 'neutral' ? styles.badge : `${styles.badge} ${styles[tone]}`}>{children}</span>;
}

const CALL_TONES: Readonly<Record<string, Tone>> = {
  committed: 'good',
  released: 'neutral',
  denied: 'bad',
  replayed: 'neutral',
  open: 'busy',
  in_doubt: 'warn',
  held: 'busy',
  launched: 'busy',
};

/** The state of a call or of a reservation. */
export const CallState = ({ state }: { state: string }) => (
  <Badge tone={CALL_TONES[state] ?? 'neutral'}>{state.replaceAll('_', ' ')}</Badge>
);

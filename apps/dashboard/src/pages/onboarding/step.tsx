import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { VisuallyHidden } from '../../ui/layout.tsx';
import styles from './onboarding.module.css';

export type StepState = 'waiting' | 'now' | 'done';

export interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly state: StepState;
  readonly children: ReactNode;
}

const SPOKEN: Record<StepState, string> = { waiting: 'comes later', now: 'to be done now', done: 'done' };

/** One numbered step; what comes later shows its title only. */
export function Step({ number, title, state, children }: StepProps) {
  return (
    <li className={styles.step} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className={styles.number} aria-hidden="true">
        {state === 'done' ? <Check size={16} /> : number}
      </span>
      <div className={styles.body}>
        <h2>
          {title}
          <VisuallyHidden>, {SPOKEN[state]}</VisuallyHidden>
        </h2>
        {state === 'waiting' ? null : children}
      </div>
    </li>
  );
}

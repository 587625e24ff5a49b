import { X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { AgentText } from './agent-text.tsx';
import { IconButton } from './button.tsx';
import styles from './toasts.module.css';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
}

const SHOWN_MS = 8_000;
const TOASTS_MAX = 4;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => change(toasts.filter((toast) => toast.id !== id));

/** A short message in the corner, read out by screen readers. For what has happened, never for what must be decided. */
export function showToast(text: string, { failed = false } = {}): void {
  lastId += 1;
  const id = lastId;
  change([...toasts, { id, text, failed }].slice(-TOASTS_MAX));
  // A failure stays until it is put away.
  if (!failed) setTimeout(() => dismiss(id), SHOWN_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className={styles.region} role="status" aria-live="polite">
      {shown.map(({ id, text, failed }) => (
        <div key={id} className={failed ? `${styles.toast} ${styles.failed}` : styles.toast}>
          <AgentText>{text}</AgentText>
          <IconButton label="Dismiss" onClick={() => dismiss(id)}>
            <X size={14} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
    </div>
  );
}

import { VisuallyHidden } from './layout.tsx';

/** Says a change to screen readers without showing it: "3 calls in doubt". Give it whole sentences that seldom change. */
export function Announce({ children }: { children: string }) {
  return (
    <VisuallyHidden>
      <span role="status" aria-live="polite" aria-atomic="true">
        {children}
      </span>
    </VisuallyHidden>
  );
}

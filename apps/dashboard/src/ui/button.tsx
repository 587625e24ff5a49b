import { type ComponentProps, type MouseEvent, type ReactNode, useId } from 'react';
import { Link } from 'react-router';
import styles from './button.module.css';
import { VisuallyHidden } from './layout.tsx';

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'dangerSolid' | 'quiet';

interface Look {
  readonly look?: ButtonLook;
  readonly small?: boolean;
}

export interface ButtonProps extends Look, Omit<ComponentProps<'button'>, 'disabled' | 'className'> {
  /** Why it can't be used now. It stays reachable by keyboard, and says so. */
  readonly blockedBecause?: string | undefined;
  readonly busy?: boolean;
}

const classOf = ({ look = 'plain', small = false }: Look) =>
  [styles.button, look === 'plain' ? '' : styles[look], small ? styles.small : ''].filter(Boolean).join(' ');

export function Button({ look, small, blockedBecause, busy, onClick, children, ...rest }: ButtonProps) {
  const reasonId = useId();
  const blocked = blockedBecause !== undefined || busy === true;
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (blocked) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <>
      <button
        type="button"
        {...rest}
        className={classOf({ ...(look && { look }), ...(small && { small }) })}
        onClick={click}
        aria-disabled={blocked || undefined}
        aria-busy={busy || undefined}
        title={blockedBecause ?? rest.title}
        aria-describedby={blockedBecause === undefined ? rest['aria-describedby'] : reasonId}
      >
        {children}
      </button>
      {blockedBecause === undefined ? null : (
        <span id={reasonId} hidden>
          {blockedBecause}
        </span>
      )}
    </>
  );
}

/** A link inside the dashboard that looks like a button. `to` is a path of ours, never a text that came from an agent. */
export function LinkButton({ to, children, ...look }: Look & { to: string; children: ReactNode }) {
  return (
    <Link className={classOf(look)} to={to}>
      {children}
    </Link>
  );
}

/** A button that shows only an icon; the label is for screen readers and as a tip. */
export function IconButton({ label, children, ...rest }: ButtonProps & { label: string }) {
  return (
    <Button look="quiet" small title={label} {...rest}>
      {children}
      <VisuallyHidden>{label}</VisuallyHidden>
    </Button>
  );
}

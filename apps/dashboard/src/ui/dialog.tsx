import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './button.tsx';
import styles from './dialog.module.css';
import { ProblemNote } from './states.tsx';
import { useSubmit } from './use-submit.ts';

export interface DialogProps {
  readonly title: ReactNode;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** For questions that must be answered: `alertdialog`. */
  readonly alert?: boolean;
  readonly children: ReactNode;
}

/** A modal dialog: focus stays inside, Escape closes, focus goes back to where it was. Render it only while it is open. */
export function Dialog({ title, onClose, wide = false, alert = false, children }: DialogProps) {
  return (
    <ModalOverlay
      className={styles.overlay ?? ''}
      isOpen
      isDismissable={!alert}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={wide ? `${styles.modal} ${styles.wide}` : (styles.modal ?? '')}>
        <AriaDialog className={styles.dialog ?? ''} role={alert ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" level={2} className={styles.title ?? ''}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export const DialogFoot = ({ children }: { children: ReactNode }) => <div className={styles.foot}>{children}</div>;

export interface ConfirmProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** What the button says: the deed, never "OK". */
  readonly confirm: string;
  readonly danger?: boolean;
  readonly blockedBecause?: string | undefined;
  /** Closing is up to the caller, when it has succeeded; what it throws is shown in the dialog. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something that can't be taken back. */
export function Confirm({ title, children, confirm, danger, blockedBecause, onConfirm, onClose }: ConfirmProps) {
  const { busy, problem, run } = useSubmit(onConfirm);
  return (
    <Dialog title={title} onClose={onClose} alert>
      <div>{children}</div>
      {problem === undefined ? null : <ProblemNote problem={problem} />}
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look={danger ? 'dangerSolid' : 'primary'}
          busy={busy}
          blockedBecause={blockedBecause}
          onClick={() => void run()}
          autoFocus
        >
          {confirm}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

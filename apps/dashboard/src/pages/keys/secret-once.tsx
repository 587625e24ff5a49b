import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { Note } from '../../ui/states.tsx';
import styles from './keys.module.css';

/** A text that is shown this once and kept nowhere. */
export function SecretOnce({ secret, what }: { secret: string; what: string }) {
  return (
    <>
      <div className={styles.secret}>
        <code>{secret}</code>
        <CopyButton text={secret} label={`Copy the ${what}`} />
      </div>
      <Note warning>This {what} is shown only now. Keybrake can’t show it again.</Note>
    </>
  );
}

export interface SecretDialogProps {
  readonly title: string;
  readonly secret: string;
  readonly what: string;
  readonly onClose: () => void;
}

/** Stays until it is said that the secret was taken. */
export const SecretDialog = ({ title, secret, what, onClose }: SecretDialogProps) => (
  <Dialog title={title} onClose={onClose} alert>
    <SecretOnce secret={secret} what={what} />
    <DialogFoot>
      <Button look="primary" onClick={onClose}>
        I have it
      </Button>
    </DialogFoot>
  </Dialog>
);

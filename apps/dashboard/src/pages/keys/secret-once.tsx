import { CopyButton } from '../../ui/copy-button.tsx';
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
      <Note warning>This {what} is shown only now. Keybrake keeps a hash of it and can’t show it again.</Note>
    </>
  );
}

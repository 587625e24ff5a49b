import styles from './agent-text.module.css';

// Controls, line and paragraph separators, and the marks that change the direction of the text around them.
const DISTURBING = /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Characters that can't be seen, or would move others, as their code: `\u202E` for a right-to-left override. */
export function visibleText(text: string): string {
  return text.replace(DISTURBING, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `\\u${code}`;
  });
}

export interface AgentTextProps {
  readonly children: string | null | undefined;
  readonly mono?: boolean;
  /** Cut to one line with an ellipsis; the whole text is in the title. */
  readonly cut?: boolean;
}

/**
 * A text that someone else chose: run ids, labels, paths, messages. Shown as text, apart from the text around it; never
 * use such a text as markup or as an address.
 */
export function AgentText({ children, mono = false, cut = false }: AgentTextProps) {
  if (children === null || children === undefined || children === '') return <span>–</span>;
  const shown = visibleText(children);
  const classes = [mono ? styles.mono : '', cut ? styles.cut : styles.whole].filter(Boolean).join(' ');
  return (
    <bdi className={classes} title={cut ? shown : undefined}>
      {shown}
    </bdi>
  );
}

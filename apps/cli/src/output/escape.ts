// C0 and C1 controls, DEL, marks that turn the direction of what follows, line separators, and halves of surrogates:
// what a terminal might obey, or a reader might not see.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const UNSAFE_IN_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const codeOf = (character: string) => character.charCodeAt(0).toString(16);

function shown(character: string): string {
  const code = codeOf(character);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/** Text that came from elsewhere, on one line: nothing in it reaches the terminal as a command. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, shown);
}

/** The same for text of several lines: line ends and tabs stay. */
export function escapeLines(text: string): string {
  return text.replace(UNSAFE_IN_LINES, shown);
}

/** JSON of the same value, but with escapes also for what JSON lets through and a terminal does not. */
export function escapeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    UNSAFE_IN_LINES,
    (character) => `\\u${codeOf(character).padStart(4, '0')}`,
  );
}

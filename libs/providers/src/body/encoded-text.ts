const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const BYTE_ORDER_MARK = '\u{feff}';

/** Undefined for bytes that are not valid UTF-8 or begin with a byte order mark, which readers treat differently. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    const text = strictUtf8.decode(bytes);
    return text.startsWith(BYTE_ORDER_MARK) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** One side of a `name=value` pair: `+` is a space. Undefined for a bad escape, bad UTF-8 behind it, or a NUL. */
export function decodePart(part: string): string | undefined {
  try {
    const text = decodeURIComponent(part.replaceAll('+', ' '));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** All but letters, digits and `-_.~` is escaped, so that no reader splits or decodes it another way. */
export function encodePart(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

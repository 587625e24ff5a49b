// GSM 03.38: one septet each, or two behind the escape character.
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENDED = new Set('\f^{}\\[~]|€');

interface Encoding {
  readonly sizeOf: (char: string) => number;
  readonly single: number;
  readonly concatenated: number;
}

const GSM_7: Encoding = { sizeOf: (char) => (EXTENDED.has(char) ? 2 : 1), single: 160, concatenated: 153 };
const UCS_2: Encoding = { sizeOf: (char) => char.length, single: 70, concatenated: 67 };

/**
 * SMS segments of a text, as carriers bill them: 160 septets in GSM-7 or 70 units in UCS-2, and 153 or 67 in each part
 * of a longer one. A character never straddles two parts. An empty text is one segment.
 */
export function smsSegments(text: string): number {
  const chars = [...text];
  const encoding = chars.every((char) => BASIC.has(char) || EXTENDED.has(char)) ? GSM_7 : UCS_2;
  const sizes = chars.map(encoding.sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= encoding.single) return 1;
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > encoding.concatenated) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return segments;
}

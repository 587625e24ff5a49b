import { readFile } from 'node:fs/promises';
import { text as allOf } from 'node:stream/consumers';
import { usage } from '../exit-codes.js';

/** Where a token or vault key stands: its text and who gave it, or the file that holds it. */
export type TokenSource = { readonly text: string; readonly from: string } | { readonly file: string };

/** What may stand in an Authorization header. */
const TOKEN = /^[\x21-\x7e]{1,1000}$/;

/** Of a secret that the variable holds itself, or whose file `variable_FILE` names; not both. */
export function sourceOf(
  variable: string,
  text: string | undefined,
  file: string | undefined,
): TokenSource | undefined {
  if (text !== undefined && file !== undefined) throw usage(`${variable} and ${variable}_FILE are both set: keep one`);
  if (text !== undefined) return { text, from: variable };
  return file === undefined ? undefined : { file };
}

/** The text itself. A file named `-` is stdin. Never shows what it read. */
export async function readToken(source: TokenSource): Promise<string> {
  const text = 'text' in source ? source.text : await contentOf(source.file);
  const token = text.trim();
  if (TOKEN.test(token)) return token;
  const where = 'text' in source ? source.from : source.file === '-' ? 'stdin' : source.file;
  throw usage(
    token === ''
      ? `${where} is empty: it should hold a token`
      : `${where} holds no token: it must be one line without spaces`,
  );
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') return allOf(process.stdin);
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usage(`the token file ${file} can't be read (${error.code})`);
  });
}

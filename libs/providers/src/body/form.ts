import { problem } from '../problem.js';
import { decodePart, decodeUtf8, encodePart } from './encoded-text.js';
import { type BodyProblem, type FieldValue, fieldsOf, type ParsedBody } from './parsed-body.js';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

const FIELDS_MAX = 1_000;
const NAME_LENGTH_MAX = 255;
const DEPTH_MAX = 10;
// `amount`, `metadata[order id]`, `expand[]`: no second spelling of a name that a lenient reader would fold into it.
const NAME = /^[A-Za-z0-9_]+(?:\[[^[\]\p{Cc}]*\])*$/u;

/**
 * Parses a form strictly: valid UTF-8 and escapes, every pair with `=`, every name once. Brackets stay part of the
 * name. `repeatable` names the fields that may come several times and become a list, as `name[]` always may.
 */
export function parseForm(bytes: Uint8Array, repeatable: readonly string[] | 'any'): ParsedBody | BodyProblem {
  const text = decodeUtf8(bytes);
  if (text === undefined) return problem('The body must be UTF-8 without a byte order mark.');
  const parts = text === '' ? [] : text.split('&');
  if (parts.length > FIELDS_MAX) return problem(`The body has more than ${FIELDS_MAX} fields.`);
  const pairs: [string, string][] = [];
  const fields = new Map<string, FieldValue>();
  for (const part of parts) {
    const pair = parsePair(part);
    if ('invalid' in pair) return pair;
    const [name, value] = pair;
    const before = fields.get(name);
    const mayRepeat = name.endsWith('[]') || repeatable === 'any' || repeatable.includes(name);
    if (before !== undefined && !mayRepeat) return problem(`The field ${name} is given twice.`, name);
    fields.set(name, joined(before, { kind: 'text', text: value }));
    pairs.push([name, value]);
  }
  const canonical = new TextEncoder().encode(formText(pairs));
  return { root: { kind: 'object', fields }, canonical, contentType: FORM_TYPE };
}

/** `name=value` pairs joined by `&`, every one in valid percent-encoding. */
export function formText(pairs: readonly (readonly [name: string, value: string])[]): string {
  return pairs.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`).join('&');
}

/** A form with one field set to a text, in the place of what it was. */
export function withTextField(form: ParsedBody, name: string, text: string): ParsedBody {
  const before = new TextDecoder().decode(form.canonical).split('&');
  const kept = before.filter((pair) => pair !== '' && !pair.startsWith(`${encodePart(name)}=`));
  const canonical = new TextEncoder().encode([...kept, formText([[name, text]])].join('&'));
  const fields = new Map(fieldsOf(form)).set(name, { kind: 'text', text });
  return { ...form, root: { kind: 'object', fields }, canonical };
}

function parsePair(part: string): [string, string] | BodyProblem {
  const equals = part.indexOf('=');
  if (equals < 1) return problem('The body is not a list of name=value pairs joined by &.');
  const name = decodePart(part.slice(0, equals));
  const value = decodePart(part.slice(equals + 1));
  if (name === undefined || value === undefined) return problem('The body is not in valid percent-encoding.');
  if (name.length > NAME_LENGTH_MAX) return problem(`A field name is longer than ${NAME_LENGTH_MAX} characters.`);
  if (!NAME.test(name)) return problem('A field name is malformed: use letters, digits and _, then [key] parts.');
  if (name.split('[').length - 1 > DEPTH_MAX)
    return problem(`A field is nested deeper than ${DEPTH_MAX} levels.`, name);
  return [name, value];
}

function joined(before: FieldValue | undefined, value: FieldValue): FieldValue {
  if (before === undefined) return value;
  return { kind: 'list', items: before.kind === 'list' ? [...before.items, value] : [before, value] };
}

import { problem } from '../problem.js';
import type { BodyProblem, Fields, FieldValue } from './parsed-body.js';

/**
 * A field that must be a single value. Another spelling of its name (`amount[]`, `amount[x]`, `Amount`), beside it or
 * instead of it, is refused: the provider might read that one.
 */
export function soleField(fields: Fields, name: string): FieldValue | undefined | BodyProblem {
  const folded = name.toLowerCase();
  for (const key of fields.keys()) {
    if (key !== name && key.split('[', 1)[0]?.toLowerCase() === folded) {
      return problem(`${name} must be given once and as ${name}, not as ${key}.`, name);
    }
  }
  return fields.get(name);
}

/** Undefined when absent; anything but text is a problem. */
export function textField(fields: Fields, name: string): string | undefined | BodyProblem {
  const field = soleField(fields, name);
  if (field === undefined || 'invalid' in field) return field;
  return field.kind === 'text' ? field.text : problem(`${name} must be one text.`, name);
}

/** False when absent. Only `true` and `false` are understood: a reader may take `1` or `TRUE` either way. */
export function flagField(fields: Fields, name: string): boolean | BodyProblem {
  const text = textField(fields, name);
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  return typeof text === 'string' ? problem(`${name} must be true or false.`, name) : text;
}

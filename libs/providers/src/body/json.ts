import { problem } from '../problem.js';
import { decodeUtf8 } from './encoded-text.js';
import { JsonProblem, parseJsonText, writeJsonText } from './json-text.js';
import type { BodyProblem, FieldValue, ParsedBody } from './parsed-body.js';

export const JSON_TYPE = 'application/json';

/** Parses a JSON body strictly; the root must be an object or a list. */
export function parseJson(bytes: Uint8Array): ParsedBody | BodyProblem {
  const text = decodeUtf8(bytes);
  if (text === undefined) return problem('The body must be UTF-8 without a byte order mark.');
  let root: FieldValue;
  try {
    root = parseJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    return problem(`The body is not JSON that Keybrake accepts: ${error.message}.`);
  }
  if (root.kind !== 'object' && root.kind !== 'list') return problem('The body must be a JSON object or list.');
  return { root, canonical: new TextEncoder().encode(writeJsonText(root)), contentType: JSON_TYPE };
}

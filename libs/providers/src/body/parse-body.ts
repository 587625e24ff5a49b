import { problem } from '../problem.js';
import type { Operation } from '../provider.js';
import { FORM_TYPE, parseForm } from './form.js';
import { JSON_TYPE, parseJson } from './json.js';
import { type BodyProblem, emptyBody, type ParsedBody } from './parsed-body.js';

const CHARSET = String.raw`(?:\s*;\s*charset=(?:utf-8|"utf-8"))?\s*$`;
const ACCEPTED = {
  form: { type: FORM_TYPE, pattern: new RegExp(`^application/x-www-form-urlencoded${CHARSET}`, 'i') },
  json: { type: JSON_TYPE, pattern: new RegExp(`^application/json${CHARSET}`, 'i') },
};

/**
 * Parses a body the way its operation takes it. `contentType` is the header's value, undefined when it was not sent;
 * an empty body needs none. An operation without a body gets an empty one.
 */
export function parseBody(
  operation: Operation,
  contentType: string | undefined,
  bytes: Uint8Array,
): ParsedBody | BodyProblem {
  if (operation.body === undefined) {
    if (bytes.length === 0 || isEmptyObject(contentType, bytes)) return emptyBody('');
    return problem(`${operation.method} ${operation.template} takes no body.`);
  }
  const accepted = operation.body === 'any' ? (['form', 'json'] as const) : [operation.body];
  if (bytes.length === 0) return emptyBody(ACCEPTED[accepted[0] ?? 'json'].type);
  const form = accepted.find((one) => contentType !== undefined && ACCEPTED[one].pattern.test(contentType));
  switch (form) {
    case 'form':
      return parseForm(bytes, operation.repeatable ?? []);
    case 'json':
      return parseJson(bytes);
    case undefined:
      return problem(`The content type must be ${accepted.map((one) => ACCEPTED[one].type).join(' or ')}, in UTF-8.`);
  }
}

/** Resend's Python SDK sends `{}` with each read. It says nothing, so it is dropped. */
function isEmptyObject(contentType: string | undefined, [first, second, third]: Uint8Array): boolean {
  return first === 0x7b && second === 0x7d && third === undefined && ACCEPTED.json.pattern.test(contentType ?? '');
}

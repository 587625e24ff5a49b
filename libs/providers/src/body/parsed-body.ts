import type { RequestProblem } from '../problem.js';

/** A field's value: text in forms; text, numbers (as their exact source text), booleans, null and nesting in JSON. */
export type FieldValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly source: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly items: readonly FieldValue[] }
  | { readonly kind: 'object'; readonly fields: Fields };

export type Fields = ReadonlyMap<string, FieldValue>;

/**
 * A request body after strict parsing. `canonical` is written anew from the parsed fields: it is what is priced,
 * fingerprinted and forwarded, so the provider cannot read other values than Keybrake did.
 */
export interface ParsedBody {
  readonly root: FieldValue;
  /** Empty when there is no body. */
  readonly canonical: Uint8Array;
  readonly contentType: string;
}

export type BodyProblem = RequestProblem;

const NO_FIELDS: FieldValue = { kind: 'object', fields: new Map() };

export function emptyBody(contentType: string): ParsedBody {
  return { root: NO_FIELDS, canonical: new Uint8Array(), contentType };
}

/** The root's fields; none when the root is a list. */
export function fieldsOf(body: ParsedBody): Fields {
  return body.root.kind === 'object' ? body.root.fields : new Map();
}

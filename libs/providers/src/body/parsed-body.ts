/** A field's value: text in forms; text, numbers (as their exact source text), booleans, null and nesting in JSON. */
export type FieldValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly source: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly items: readonly FieldValue[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, FieldValue> };

/**
 * A request body after strict parsing. `canonical` is written anew from the parsed fields: it is what is priced,
 * fingerprinted and forwarded, so the provider cannot read other values than Keybrake did.
 */
export interface ParsedBody {
  readonly root: FieldValue;
  readonly canonical: Uint8Array;
  readonly contentType: string;
}

export type BodyProblem = { readonly invalid: string; readonly param?: string };

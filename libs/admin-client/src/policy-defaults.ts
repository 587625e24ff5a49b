import document from './generated/openapi.json' with { type: 'json' };

interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const POLICY: Schema = document.paths['/v1/policies'].post.requestBody.content['application/json'].schema;

/** The fields that a policy may be written with; the others are the API's own. */
export const policyFields: readonly string[] = Object.keys(POLICY.properties ?? {});

/** A policy's body with what the API adds to one that leaves it out: what is compared when two bodies are. */
export function withPolicyDefaults(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return complete(POLICY, body) as Record<string, unknown>;
}

function complete({ properties, items, anyOf, ...schema }: Schema, value: unknown): unknown {
  if (value === undefined) return schema.default;
  const choice = typeof value === 'object' ? anyOf?.find((one) => one.properties !== undefined) : undefined;
  if (choice !== undefined) return complete(choice, value);
  if (Array.isArray(value)) return items === undefined ? value : value.map((item) => complete(items, item));
  if (properties === undefined || typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([name]) => properties[name] === undefined);
  const known = Object.entries(properties).map(([name, property]) => [
    name,
    complete(property, (value as Record<string, unknown>)[name]),
  ]);
  return Object.fromEntries([...given, ...known].filter(([, member]) => member !== undefined));
}

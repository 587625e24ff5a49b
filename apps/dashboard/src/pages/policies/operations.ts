import type { OperationClass, Provider } from '../../api/types.ts';

/** `charges` with what can be allowed of it. */
export interface Resource {
  readonly name: string;
  /** By access, `read` or `write`; what is never forwarded is left out. */
  readonly accesses: readonly {
    readonly access: string;
    readonly class: OperationClass;
    readonly endpoints: readonly string[];
  }[];
}

/** The catalogue of a provider by resource, those that move money first. */
export function resourcesOf(provider: Provider): readonly Resource[] {
  const offered = provider.operations.filter((operation) => operation.class !== 'denied');
  const resources = [...Map.groupBy(offered, ({ id }) => id.slice(0, id.lastIndexOf(':')))].map(
    ([name, operations]) => ({
      name,
      accesses: operations.map(({ id, class: kind, endpoints }) => ({
        access: id.slice(id.lastIndexOf(':') + 1),
        class: kind,
        endpoints,
      })),
    }),
  );
  const weight = ({ accesses }: Resource) => (accesses.some((one) => one.class === 'money') ? 0 : 1);
  return resources.toSorted((a, b) => weight(a) - weight(b) || a.name.localeCompare(b.name));
}

export type Coverage = 'own' | 'wider' | 'no';

/** Whether the patterns allow an operation: by a pattern of its resource, or by a wider one such as `*:read`. */
export function coverageOf(patterns: readonly string[], resource: string, access: string): Coverage {
  if (patterns.includes(`${resource}:${access}`) || patterns.includes(`${resource}:*`)) return 'own';
  return patterns.some((pattern) => pattern === '*' || pattern === '*:*' || pattern === `*:${access}`) ? 'wider' : 'no';
}

/** The patterns with one operation more or less; both accesses together are written as `resource:*`. */
export function toggled(
  patterns: readonly string[],
  resource: Resource,
  access: string,
  on: boolean,
): readonly string[] {
  const all = resource.accesses.map((one) => one.access);
  const before = all.filter((one) => coverageOf(patterns, resource.name, one) === 'own');
  const after = on ? [...new Set([...before, access])] : before.filter((one) => one !== access);
  const others = patterns.filter((pattern) => !isOf(pattern, resource.name));
  if (after.length === 0) return others;
  const whole = all.length > 1 && after.length === all.length;
  return [...others, ...(whole ? [`${resource.name}:*`] : after.map((one) => `${resource.name}:${one}`))];
}

const isOf = (pattern: string, resource: string) =>
  pattern.slice(0, pattern.lastIndexOf(':')) === resource && !pattern.startsWith('*');

/** Patterns that no row of the table stands for: `*:read`, `POST /v1/charges`. */
export function otherPatterns(patterns: readonly string[], resources: readonly Resource[]): readonly string[] {
  const names = new Set(resources.map(({ name }) => name));
  return patterns.filter((pattern) => {
    const [, access = ''] = /:(read|write|\*)$/.exec(pattern) ?? [];
    return access === '' || !names.has(pattern.slice(0, pattern.lastIndexOf(':')));
  });
}

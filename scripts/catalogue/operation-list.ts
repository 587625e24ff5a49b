import type { SdkOperation } from './sdk-source.ts';

/** New in the SDK, and denied until somebody has written a class in its place. */
export const UNCLASSIFIED = 'unclassified';

/** `operations.json` of a provider: by resource, `POST /v1/refunds` to its class. */
export interface OperationList {
  /** `stripe@23.1.0`: the package that it was made from. */
  readonly package: string;
  readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The list of an SDK's operations. Classes that stand in `previous` stay; a new read is a read, anything else is unclassified. */
export function operationList(
  name: string,
  found: readonly SdkOperation[],
  previous: OperationList | undefined,
): OperationList {
  const classes = new Map(Object.values(previous?.resources ?? {}).flatMap((resource) => Object.entries(resource)));
  const operations = withoutTwins(found);
  const reads = operations.filter(({ method }) => method === 'GET');
  const readable = new Set(reads.map(({ template }) => shapeOf(template)));
  const resources = new Map<string, Record<string, string>>();
  for (const { method, template } of operations) {
    const resource = resourceOf(template, readable);
    const entry = `${method} ${template}`;
    const members = resources.get(resource) ?? {};
    members[entry] = classes.get(entry) ?? (method === 'GET' ? 'read' : UNCLASSIFIED);
    resources.set(resource, members);
  }
  const sorted = [...resources].sort(([a], [b]) => (a < b ? -1 : 1));
  return { package: name, resources: Object.fromEntries(sorted) };
}

/** Sorted by path and method. SDKs name an id differently from call to call: the first name stays. */
function withoutTwins(found: readonly SdkOperation[]): readonly SdkOperation[] {
  const text = ({ method, template }: SdkOperation) => `${template} ${method}`;
  const sorted = [...found].sort((a, b) => (text(a) < text(b) ? -1 : 1));
  const byShape = new Map<string, SdkOperation>();
  for (const operation of sorted) {
    const shape = `${operation.method} ${shapeOf(operation.template)}`;
    if (!byShape.has(shape)) byShape.set(shape, operation);
  }
  return [...byShape.values()];
}

function shapeOf(template: string): string {
  return template.replace(/\{\w+\}/g, '{}');
}

/**
 * The words of the path that name what is worked on: `customers.balance_transactions`, `issuing.cards`, and `charges`
 * for a charge's capture. A word that is no resource of its own is what is done with the one before, and ends the name.
 */
export function resourceOf(template: string, readable: ReadonlySet<string>): string {
  const segments = shapeOf(template)
    .replace(/\.json$/, '')
    .slice(1)
    .split('/');
  const words: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const before = `/${segments.slice(0, index).join('/')}`;
    if (isVersion(segment) || segment.startsWith('{') || isAccountOwner(segments, index)) continue;
    if (words.length > 0 && !namesResource(before, segment, readable)) break;
    words.push(snakeCase(segment));
  }
  return words.join('.');
}

// The account that owns everything else of Twilio's oldest API.
function isAccountOwner(segments: readonly string[], index: number): boolean {
  return segments[index] === 'Accounts' && segments[0] === '2010-04-01' && segments.length > 3;
}

function isVersion(segment: string): boolean {
  return /^(?:v\d|\d{4}-\d{2}-\d{2})$/.test(segment);
}

/** Below a namespace, spelled as Twilio spells its resources, with members of its own, or readable by itself. */
function namesResource(before: string, word: string, readable: ReadonlySet<string>): boolean {
  const own = `${before}/${word}`;
  const isNamespace = !before.endsWith('{}') && !readable.has(before) && !readable.has(`${before}.json`);
  return (
    isNamespace || /^[A-Z]/.test(word) || readable.has(`${own}/{}`) || (before.endsWith('{}') && readable.has(own))
  );
}

function snakeCase(word: string): string {
  return word
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

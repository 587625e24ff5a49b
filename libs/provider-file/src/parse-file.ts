import { providers as builtIn, idProblem, type Provider } from '@keybrake/providers';
import { z } from 'zod';
import { crossProblems, type Problem } from './cross-checks.js';
import { describedProvider } from './described-provider.js';
import type { Scope } from './expression.js';
import { type Path, type Positioned, parsePositioned } from './positions.js';
import { type DescribedOperation, members, operationSchema, providerSchema } from './schema.js';

export type FileReading =
  | { readonly kind: 'providers'; readonly providers: readonly Provider[] }
  /** All of them, each as `line:column: member: what is wrong`. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const LENGTH_MAX = 1_048_576;
const fileSchema = members({ providers: z.array(z.unknown()).min(1).max(100) });

/** Reads a file that describes providers (docs/providers.md). */
export function parseProviderFile(text: string): FileReading {
  if (text.length > LENGTH_MAX)
    return { kind: 'problems', problems: [`1:1: the file is longer than ${LENGTH_MAX} characters`] };
  const parsed = parsePositioned(text);
  if ('problems' in parsed) {
    return {
      kind: 'problems',
      problems: parsed.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`),
    };
  }
  const reader = new Reader(parsed);
  const providers: Provider[] = [];
  const file = reader.read(fileSchema, parsed.value, []);
  for (const [index, described] of (file?.providers ?? []).entries()) {
    const provider = reader.provider(described, ['providers', index], providers);
    if (provider !== undefined) providers.push(provider);
  }
  return reader.problems.length > 0
    ? { kind: 'problems', problems: reader.problems }
    : { kind: 'providers', providers };
}

class Reader {
  readonly #found: (Problem & { readonly order: number })[] = [];
  readonly #file: Positioned;

  constructor(file: Positioned) {
    this.#file = file;
  }

  /** In the order of the file. */
  get problems(): readonly string[] {
    const placed = this.#found.map((problem) => ({
      ...problem,
      place: this.#file.placeOf(problem.path, problem.part),
    }));
    placed.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column || a.order - b.order);
    return placed.map(({ place, path, part, message }) => {
      const name = [...path, ...(part?.key === undefined ? [] : [part.key])];
      return `${place.line}:${place.column}: ${shown(name)}${message}`;
    });
  }

  provider(value: unknown, path: Path, before: readonly Provider[]): Provider | undefined {
    const described = this.read(providerSchema, value, path);
    const prices = described === undefined ? namesOf(value) : new Map(Object.entries(described.prices));
    const entries = (value as { operations?: unknown } | null)?.operations;
    const operations: (DescribedOperation | undefined)[] = [];
    for (const [index, entry] of (Array.isArray(entries) ? entries : []).entries()) {
      operations.push(this.#operation(entry, [...path, 'operations', index], prices));
    }
    const taken = described === undefined ? undefined : idProblem(described.id, [...builtIn.values(), ...before]);
    if (taken !== undefined) this.#add({ path: [...path, 'id'], message: `can't be used: ${taken}` });
    if (described === undefined) return undefined;
    for (const problem of crossProblems(described, operations))
      this.#add({ ...problem, path: [...path, ...problem.path] });
    const whole = operations.filter((operation) => operation !== undefined);
    return whole.length < operations.length ? undefined : describedProvider(described, whole);
  }

  read<T>(schema: z.ZodType<T>, value: unknown, path: Path): T | undefined {
    const result = schema.safeParse(value, { error: plainMessage });
    for (const issue of result.error?.issues ?? []) this.#addIssue(issue, path);
    return result.data;
  }

  #operation(value: unknown, path: Path, prices: Scope['prices']): DescribedOperation | undefined {
    const { call, lookUp } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    return this.read(operationSchema(typeof call === 'string' ? call : '', prices, lookUp !== undefined), value, path);
  }

  #addIssue(issue: z.core.$ZodIssue, above: Path): void {
    const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    const meant = issue.code === 'invalid_union' ? issue.errors.find(isOfAnInnerMember) : undefined;
    if (meant !== undefined) {
      for (const inner of meant) this.#addIssue(inner, path);
      return;
    }
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) this.#add({ path, part: { key }, message: issue.message });
      return;
    }
    const at = issue.code === 'custom' && typeof issue.params?.at === 'number' ? { part: { at: issue.params.at } } : {};
    this.#add({ path, ...at, message: issue.message });
  }

  #add(problem: Problem): void {
    this.#found.push({ ...problem, order: this.#found.length });
  }
}

// Of two forms, the one that has the right kind at its root is the one that was meant.
function isOfAnInnerMember(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');
}

/** For expressions that name prices while something else of the provider is wrong. */
function namesOf(value: unknown): Scope['prices'] {
  const prices = (value as { prices?: unknown } | null)?.prices;
  return new Map(Object.keys(typeof prices === 'object' && prices !== null ? prices : {}).map((name) => [name, 0n]));
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
};

function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.input === undefined ? 'is missing: write' : 'must be'} ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `${issue.input === undefined ? 'is missing: write' : 'must be'} ${issue.values.join(' or ')}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `must not be empty`
        : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'number' ? '' : ' long'}`;
    default:
      return undefined;
  }
}

function shown(path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? '' : `${text.replace(/^\./, '')} `;
}

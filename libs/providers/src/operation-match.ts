import type { Operation, Provider } from './provider.js';

export interface MatchedOperation {
  readonly operation: Operation;
  /** Written anew from the template and the captured ids; what is forwarded. */
  readonly path: string;
}

/** A literal segment, or an id with what follows it: `{Sid}.json`. */
type Segment = { readonly literal: string } | { readonly suffix: string };

interface CompiledOperation {
  readonly operation: Operation;
  readonly segments: readonly Segment[];
  readonly idPattern: RegExp;
}

const ID = /^[A-Za-z0-9_-]{1,255}$/;
const PARAMETER = /^\{[A-Za-z]+\}(.*)$/;

const compiledCatalogues = new WeakMap<Provider, ReadonlyMap<string, readonly CompiledOperation[]>>();

/** The catalogue's operation for a canonical path (`parseTarget`), or undefined. A literal segment wins over an id. */
export function matchOperation(provider: Provider, method: string, path: string): MatchedOperation | undefined {
  const parts = path.slice(1).split('/');
  for (const candidate of compiled(provider).get(`${method} ${parts.length}`) ?? []) {
    const rebuilt = rebuild(candidate, parts);
    if (rebuilt !== undefined) return { operation: candidate.operation, path: rebuilt };
  }
  return undefined;
}

function rebuild({ segments, idPattern }: CompiledOperation, parts: readonly string[]): string | undefined {
  let path = '';
  for (const [index, segment] of segments.entries()) {
    const text = rebuildSegment(segment, parts[index] as string, idPattern);
    if (text === undefined) return undefined;
    path += `/${text}`;
  }
  return path;
}

function rebuildSegment(segment: Segment, part: string, idPattern: RegExp): string | undefined {
  if ('literal' in segment) return part === segment.literal ? segment.literal : undefined;
  if (!part.endsWith(segment.suffix)) return undefined;
  const id = part.slice(0, part.length - segment.suffix.length);
  return idPattern.test(id) ? `${id}${segment.suffix}` : undefined;
}

function compiled(provider: Provider): ReadonlyMap<string, readonly CompiledOperation[]> {
  let catalogue = compiledCatalogues.get(provider);
  if (catalogue === undefined) {
    catalogue = compile(provider.operations);
    compiledCatalogues.set(provider, catalogue);
  }
  return catalogue;
}

/** By method and number of segments, which leaves few candidates; those with fewer ids first. */
function compile(operations: readonly Operation[]): ReadonlyMap<string, readonly CompiledOperation[]> {
  const byShape = new Map<string, CompiledOperation[]>();
  for (const operation of operations) {
    const segments = operation.template.slice(1).split('/').map(compileSegment);
    const shape = `${operation.method} ${segments.length}`;
    const group = byShape.get(shape) ?? [];
    group.push({ operation, segments, idPattern: operation.idPattern ?? ID });
    byShape.set(shape, group);
  }
  for (const group of byShape.values()) group.sort((a, b) => idCount(a) - idCount(b));
  return byShape;
}

function compileSegment(text: string): Segment {
  const parameter = PARAMETER.exec(text);
  return parameter === null ? { literal: text } : { suffix: parameter[1] ?? '' };
}

function idCount({ segments }: CompiledOperation): number {
  return segments.filter((segment) => 'suffix' in segment).length;
}

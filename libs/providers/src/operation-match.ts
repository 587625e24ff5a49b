import { isId } from './id.js';
import type { Operation, Provider } from './provider.js';

export interface MatchedOperation {
  readonly operation: Operation;
  /** Written anew from the template and the captured ids; what is forwarded. */
  readonly path: string;
  /** The ids of the path by their names in the template. */
  readonly ids: Readonly<Record<string, string>>;
}

/** One segment deep in all templates of a method: literals by text, ids by what follows them (`.json` or nothing). */
interface Branch {
  readonly literals: Map<string, Branch>;
  readonly ids: Map<string, Branch>;
  operation?: Operation;
}

const PARAMETER = /^\{(\w+)\}(.*)$/;

const compiledCatalogues = new WeakMap<Provider, ReadonlyMap<string, Branch>>();

/** The catalogue's operation for a canonical path (`parseTarget`), or undefined. A literal segment wins over an id. */
export function matchOperation(provider: Provider, method: string, path: string): MatchedOperation | undefined {
  const root = compiled(provider).get(method);
  const segments = path.slice(1).split('/');
  const operation = root === undefined ? undefined : find(root, segments, 0);
  if (operation === undefined) return undefined;
  return { operation, path: `/${segments.join('/')}`, ids: idsOf(operation, segments) };
}

function find(branch: Branch, segments: readonly string[], depth: number): Operation | undefined {
  const segment = segments[depth];
  if (segment === undefined) return fits(branch.operation, segments) ? branch.operation : undefined;
  const literal = branch.literals.get(segment);
  const found = literal === undefined ? undefined : find(literal, segments, depth + 1);
  if (found !== undefined) return found;
  for (const [suffix, next] of branch.ids) {
    if (!segment.endsWith(suffix) || !isId(segment.slice(0, segment.length - suffix.length))) continue;
    const below = find(next, segments, depth + 1);
    if (below !== undefined) return below;
  }
  return undefined;
}

// The last id may have to look like one: a word in its place could name an operation that the catalogue does not know.
function fits(operation: Operation | undefined, segments: readonly string[]): boolean {
  if (operation?.idPattern === undefined) return true;
  const ids = Object.values(idsOf(operation, segments));
  return ids.every((id) => operation.idPattern?.test(id) === true);
}

function idsOf(operation: Operation, segments: readonly string[]): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const [index, part] of operation.template.slice(1).split('/').entries()) {
    const [, name, suffix = ''] = PARAMETER.exec(part) ?? [];
    const segment = segments[index] ?? '';
    if (name !== undefined) ids[name] = segment.slice(0, segment.length - suffix.length);
  }
  return ids;
}

function compiled(provider: Provider): ReadonlyMap<string, Branch> {
  let catalogue = compiledCatalogues.get(provider);
  if (catalogue === undefined) {
    catalogue = compile(provider.operations);
    compiledCatalogues.set(provider, catalogue);
  }
  return catalogue;
}

function compile(operations: readonly Operation[]): ReadonlyMap<string, Branch> {
  const byMethod = new Map<string, Branch>();
  for (const operation of operations) {
    let branch = branchAt(byMethod, operation.method);
    for (const part of operation.template.slice(1).split('/')) {
      const parameter = PARAMETER.exec(part);
      branch = parameter === null ? branchAt(branch.literals, part) : branchAt(branch.ids, parameter[2] ?? '');
    }
    branch.operation = operation;
  }
  return byMethod;
}

function branchAt(branches: Map<string, Branch>, key: string): Branch {
  const found = branches.get(key) ?? { literals: new Map(), ids: new Map() };
  branches.set(key, found);
  return found;
}

import { isMap, isNode, isPair, isScalar, LineCounter, type Pair, parseDocument, visit } from 'yaml';

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Positioned {
  readonly value: unknown;
  /** Of a member, or of what should hold it. `key`: of its name. `at`: an offset in its text. */
  placeOf(path: Path, part?: { readonly key?: string; readonly at?: number }): Place;
}

/** A YAML 1.2 text, and so a JSON text, whose values know where they stand. */
export function parsePositioned(
  text: string,
): Positioned | { readonly problems: readonly (Place & { readonly message: string })[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    message,
    ...place(pos[0]),
  }));
  visit(document, {
    Alias: (_, { source, range }) => {
      problems.push({ message: `*${source} is an alias: write the value itself`, ...place(range?.[0] ?? 0) });
    },
  });
  if (problems.length > 0) return { problems };
  return {
    value: document.toJS(),
    placeOf: (path, { key, at } = {}) => {
      const { node, pair } = nearest(document.contents, path);
      const named = key === undefined ? pair : isMap(node) ? pairOf(node.items, key) : undefined;
      if (key !== undefined && isNode(named?.key)) return place(named.key.range?.[0] ?? 0);
      const start = isNode(node) ? (node.range?.[0] ?? 0) : 0;
      return place(at === undefined ? start : start + shiftOf(text, start, node, at));
    },
  };
}

function nearest(root: unknown, path: Path): { readonly node: unknown; readonly pair: Pair | undefined } {
  let node = root;
  let pair: Pair | undefined;
  for (const step of path) {
    const next = isMap(node) ? pairOf(node.items, String(step)) : undefined;
    const below = next?.value ?? childAt(node, step);
    if (!isNode(below)) break;
    node = below;
    pair = next;
  }
  return { node, pair };
}

function childAt(node: unknown, step: string | number): unknown {
  const items = (node as { items?: readonly unknown[] } | null)?.items;
  return typeof step === 'number' && !isMap(node) ? items?.[step] : undefined;
}

function pairOf(items: readonly unknown[], key: string): Pair | undefined {
  return items.filter(isPair).find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

/** How far behind a scalar's begin a character of its text stands; 0 where escapes or folding moved it. */
function shiftOf(text: string, start: number, node: unknown, at: number): number {
  if (!isScalar(node) || typeof node.value !== 'string') return 0;
  const quote = /^["']/.test(text.slice(start, start + 1)) ? 1 : 0;
  return text.startsWith(node.value, start + quote) ? quote + at : 0;
}

import type { ASTNode } from '@marcbachmann/cel-js';

/** `at` is the offset in the expression. */
export interface ExpressionProblem {
  readonly message: string;
  readonly at: number;
}

/** The functions of an expression; CEL's others work on doubles, times or bytes, or take unbounded time. */
const FUNCTIONS = new Set([
  ...['micros', 'integer', 'ceilDiv', 'sum', 'smsSegments'],
  ...['has', 'size', 'string', 'startsWith', 'endsWith', 'contains', 'indexOf', 'lastIndexOf', 'substring'],
  ...['split', 'join', 'trim', 'lowerAscii', 'upperAscii'],
]);
const MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
// Of a whole text, and so too much for each item of a list.
const NOT_IN_MACROS = new Set(['split', 'smsSegments']);

const INSTEAD: Readonly<Record<string, string>> = {
  int: 'integer(…), which takes nothing but plain digits',
  double: 'micros(…): amounts are whole numbers',
  matches: 'startsWith, endsWith or contains',
};

/** What CEL allows and a rule may not: doubles, rounding down, unbounded time. The first, or undefined. */
export function forbiddenIn(root: ASTNode): ExpressionProblem | undefined {
  return find(root, false);
}

function find(node: ASTNode, inMacro: boolean): ExpressionProblem | undefined {
  const here = problemOf(node, inMacro);
  if (here !== undefined) return { message: here, at: node.start };
  for (const child of childrenOf(node)) {
    const below = find(child.node, inMacro || child.inMacro);
    if (below !== undefined) return below;
  }
  return undefined;
}

function problemOf(node: ASTNode, inMacro: boolean): string | undefined {
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'number') return 'has a number with a fraction: write micros("0.05")';
      return typeof node.args === 'object' && node.args !== null
        ? 'has a kind of number or bytes not known here'
        : undefined;
    case '/':
      return 'divides with /, which rounds down: write ceilDiv(amount, divisor)';
    case '[]':
      return node.args[1].op === 'value' ? undefined : 'reads a member whose name is computed: write the name itself';
    case 'in':
      return textOf(node.args[0]) !== undefined || node.args[1].op === 'list'
        ? undefined
        : 'looks for a computed name: write "name" in …, or … in ["a", "b"]';
    case '.?':
    case '[?]':
      return 'uses an optional member: write has(…) ? … : …';
    case 'call':
    case 'rcall':
      return callProblem(node.args[0], inMacro);
    default:
      return undefined;
  }
}

function callProblem(name: string, inMacro: boolean): string | undefined {
  if (MACROS.has(name)) return inMacro ? `has ${name} inside of another macro` : undefined;
  if (!FUNCTIONS.has(name)) {
    const instead = Object.hasOwn(INSTEAD, name) ? `write ${INSTEAD[name]}` : `there are ${[...FUNCTIONS].join(', ')}`;
    return `calls ${name}, which is not known here: ${instead}`;
  }
  return inMacro && NOT_IN_MACROS.has(name) ? `calls ${name} for each item of a list` : undefined;
}

interface Child {
  readonly node: ASTNode;
  /** Evaluated once for each item of a list. */
  readonly inMacro: boolean;
}

function childrenOf(node: ASTNode): readonly Child[] {
  const plain = (nodes: readonly ASTNode[]) => nodes.map((child) => ({ node: child, inMacro: false }));
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return plain([node.args[0]]);
    case 'call':
      return plain(node.args[1]);
    case 'rcall': {
      const [name, receiver, args] = node.args;
      return [...plain([receiver]), ...args.map((child) => ({ node: child, inMacro: MACROS.has(name) }))];
    }
    case 'map':
      return plain(node.args.flat());
    case '!_':
    case '-_':
      return plain([node.args]);
    default:
      return plain(node.args);
  }
}

/** `amount` and `x` of `body.amount`, `body["amount"]` and `"x" in body`. */
export function namesReadIn(root: ASTNode): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ASTNode) => {
    const name =
      node.op === '.'
        ? node.args[1]
        : node.op === '[]'
          ? textOf(node.args[1])
          : node.op === 'in'
            ? textOf(node.args[0])
            : undefined;
    if (name !== undefined) names.add(name);
    for (const child of childrenOf(node)) visit(child.node);
  };
  visit(root);
  return names;
}

function textOf(node: ASTNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

import { decodePart } from './body/encoded-text.js';
import { problem, type RequestProblem } from './problem.js';
import type { Provider } from './provider.js';

export interface QueryPair {
  readonly name: string;
  readonly value: string;
}

export interface ParsedTarget {
  readonly path: string;
  /** Decoded, in the order given. */
  readonly query: readonly QueryPair[];
}

const PATH_LENGTH_MAX = 512;
const QUERY_LENGTH_MAX = 4_096;
const QUERY_PAIRS_MAX = 100;

// No segment is empty or made of dots, and nothing is escaped: what one reader normalises and another does not can't occur.
const PATH = /^(?:\/(?!\.+(?:\/|$))[A-Za-z0-9_.~-]+)+$/;
// Visible ASCII but `#` and the backslash.
const QUERY = /^[\x21\x22\x24-\x5b\x5d-\x7e]*$/;

/**
 * Reads a raw request target in origin form. Anything that two URL parsers could read differently is refused: escapes
 * in the path, `;`, `\`, `//`, dot segments, other than ASCII, absolute form, more than 512 bytes; a trailing slash too,
 * unless the provider ignores it, and then it is not in the path.
 */
export function parseTarget(raw: string, trailingSlash?: Provider['trailingSlash']): ParsedTarget | RequestProblem {
  const mark = raw.indexOf('?');
  const written = mark === -1 ? raw : raw.slice(0, mark);
  const path = trailingSlash === undefined ? written : written.replace(/\/$/, '');
  if (path.length > PATH_LENGTH_MAX) return problem(`The path is longer than ${PATH_LENGTH_MAX} bytes.`);
  if (!PATH.test(path)) {
    return problem(
      'The path is not in plain form: use only letters, digits and _ . ~ - between single slashes, unescaped, with no trailing slash.',
    );
  }
  if (mark === -1) return { path, query: [] };
  const query = parseQuery(raw.slice(mark + 1));
  return 'invalid' in query ? query : { path, query };
}

function parseQuery(raw: string): readonly QueryPair[] | RequestProblem {
  if (raw.length > QUERY_LENGTH_MAX) return problem(`The query is longer than ${QUERY_LENGTH_MAX} bytes.`);
  if (!QUERY.test(raw)) return problem('The query holds characters that must be percent-encoded.');
  if (raw === '') return [];
  const parts = raw.split('&');
  if (parts.length > QUERY_PAIRS_MAX) return problem(`The query has more than ${QUERY_PAIRS_MAX} parameters.`);
  const names = new Set<string>();
  const pairs: QueryPair[] = [];
  for (const part of parts) {
    const pair = parsePair(part);
    if (pair === undefined) return problem('The query is not a list of name=value pairs in valid percent-encoding.');
    // `expand[]=a&expand[]=b` is one list; any other repeated name would leave the choice of a value to the reader.
    if (names.has(pair.name) && !pair.name.endsWith('[]')) {
      return problem(`The query parameter ${pair.name} is given twice.`, pair.name);
    }
    names.add(pair.name);
    pairs.push(pair);
  }
  return pairs;
}

function parsePair(part: string): QueryPair | undefined {
  const equals = part.indexOf('=');
  if (equals < 1) return undefined;
  const name = decodePart(part.slice(0, equals));
  const value = decodePart(part.slice(equals + 1));
  return name === undefined || value === undefined ? undefined : { name, value };
}

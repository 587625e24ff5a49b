import { encodePart } from './body/encoded-text.js';
import type { ParsedBody } from './body/parsed-body.js';
import type { MatchedOperation } from './operation-match.js';
import type { QueryPair } from './path.js';
import { isProblem, problem, type RequestProblem } from './problem.js';
import type { Operation, OutgoingRequest, Provider } from './provider.js';

/** A call after parsing, as far as it leaves the gateway. */
export interface OutgoingParts {
  readonly provider: Provider;
  readonly match: MatchedOperation;
  readonly query: readonly QueryPair[];
  /** The caller's, all of them: lower-case names, each with all its values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: ParsedBody;
}

const HEADER_VALUE = /^[\x20-\x7e]{1,256}$/;
const LIST_INDEX = /\[[0-9]{0,3}\]$/;

/** The request without credential and idempotency key, every part written anew from what was understood. */
export function buildOutgoing(parts: OutgoingParts): OutgoingRequest | RequestProblem {
  const { provider, match, body } = parts;
  const query = forwardedQuery(match.operation, parts.query);
  if (isProblem(query)) return query;
  const headers = forwardedHeaders(provider, parts.headers);
  if (isProblem(headers)) return headers;
  const hasBody = body.canonical.length > 0;
  return {
    method: match.operation.method,
    path: match.path,
    query,
    headers: hasBody ? { ...headers, 'content-type': body.contentType } : headers,
    body: hasBody ? body.canonical : undefined,
  };
}

function forwardedQuery(operation: Operation, query: readonly QueryPair[]): string | RequestProblem {
  for (const { name } of query) {
    if (!queryAllows(operation.query ?? [], name)) {
      const endpoint = `${operation.method} ${operation.template}`;
      return problem(
        `The query parameter ${name.slice(0, 100)} is not one that ${endpoint} takes.`,
        name.slice(0, 100),
      );
    }
  }
  return query.map(({ name, value }) => `${encodePart(name)}=${encodePart(value)}`).join('&');
}

function queryAllows(allowed: readonly string[], name: string): boolean {
  return allowed.includes(name) || allowed.includes(name.replace(LIST_INDEX, '[]'));
}

function forwardedHeaders(
  provider: Provider,
  given: OutgoingParts['headers'],
): Readonly<Record<string, string>> | RequestProblem {
  if ((given['content-type']?.length ?? 0) > 1) return problem('The header content-type is given twice.');
  const encodings = given['content-encoding'] ?? [];
  if (encodings.some((encoding) => encoding.toLowerCase() !== 'identity')) {
    return problem('The body must be sent without content-encoding.');
  }
  // The agent's own user agent is not passed on; Resend answers 403 to a request without any.
  const headers: Record<string, string> = { 'user-agent': 'keybrake', 'accept-encoding': 'identity' };
  for (const name of provider.requestHeaders) {
    const values = given[name];
    if (values === undefined) continue;
    const [value = '', ...more] = values;
    if (more.length > 0 || !HEADER_VALUE.test(value)) return problem(`The header ${name} is malformed or given twice.`);
    headers[name] = value;
  }
  return headers;
}

import { encodePart } from './body/encoded-text.js';
import { FORM_TYPE, formText } from './body/form.js';
import type { ParsedBody } from './body/parsed-body.js';
import type { MatchedOperation } from './operation-match.js';
import type { QueryPair } from './path.js';
import { isProblem, problem, type RequestProblem } from './problem.js';
import type { LookUp, Operation, OutgoingRequest, Provider } from './provider.js';

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
// `limit`, `created[gte]`, `expand[]`, `DateSent>`: no name that two readers could take for different ones.
const QUERY_NAME = /^[A-Za-z][A-Za-z0-9_.-]*(?:\[[A-Za-z0-9_.-]*\])*[<>]?$/;

/** The request without credential and idempotency key, every part written anew from what was understood. */
export function buildOutgoing(parts: OutgoingParts): OutgoingRequest | RequestProblem {
  const { provider, match, body } = parts;
  const query = forwardedQuery(match.operation, parts.query);
  if (isProblem(query)) return query;
  const headers = forwardedHeaders(provider, parts.headers);
  if (isProblem(headers)) return headers;
  return {
    method: match.operation.method,
    path: match.path,
    query,
    headers: body.contentType === '' ? headers : { ...headers, 'content-type': body.contentType },
    body: body.canonical.length > 0 ? body.canonical : undefined,
  };
}

/** The request that a look-up makes, in the version and language of the call that it is for. */
export function lookUpRequest(lookUp: LookUp, headers: OutgoingRequest['headers']): OutgoingRequest {
  const { method, path, query, form } = lookUp;
  const { 'content-type': _ofTheCall, ...kept } = headers;
  if (method === 'GET') return { method, path, query, headers: kept, body: undefined };
  const body = new TextEncoder().encode(formText(form));
  return { method, path, query, headers: { ...kept, 'content-type': FORM_TYPE }, body };
}

// Only reads have one: what a query could add to a call that changes something is not in its price.
function forwardedQuery(operation: Operation, query: readonly QueryPair[]): string | RequestProblem {
  for (const { name } of query) {
    const shown = name.slice(0, 100);
    if (operation.class !== 'read') {
      return problem(`${operation.method} ${operation.template} takes no query, but ${shown} was given.`, shown);
    }
    if (!QUERY_NAME.test(name)) return problem(`The name of the query parameter ${shown} is malformed.`, shown);
  }
  return query.map(({ name, value }) => `${encodePart(name)}=${encodePart(value)}`).join('&');
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

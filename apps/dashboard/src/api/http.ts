/** A field that the API refused: JSON pointer and what is wrong with it. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** An answer of the API that is no success: problem+json, or a network that failed (status 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: readonly FieldProblem[];

  constructor(status: number, body: Partial<Pick<ApiProblem, 'code' | 'title' | 'errors'>> & { detail?: string }) {
    super(body.detail ?? `The admin API answered ${status}.`);
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.title = body.title ?? 'The request failed';
    this.errors = body.errors ?? [];
  }
}

export type QueryValue = string | number | boolean | undefined;

export interface Request {
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** `?a=b`, without what is empty. */
export function queryText(query: Request['query'] = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

/** The signed-in session's cookie goes with every request by itself; no token is known here. */
export async function send<T>(method: string, path: string, request: Request = {}): Promise<T> {
  const { query, body, headers, signal } = request;
  const response = await fetch(`${path}${queryText(query)}`, {
    method,
    credentials: 'same-origin',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, { code: 'network', title: 'No answer', detail: 'The admin API can’t be reached.' });
  });
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  throw new ApiProblem(response.status, (answer ?? {}) as ConstructorParameters<typeof ApiProblem>[1]);
}

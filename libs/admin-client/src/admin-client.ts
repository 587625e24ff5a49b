import createClient, { type Client } from 'openapi-fetch';
import type { Problem, paths } from './generated/openapi-types.js';

export type AdminClient = Client<paths>;

export interface AdminClientOptions {
  /** Where the admin API is: `http://127.0.0.1:4001`; in the dashboard its own origin. */
  readonly baseUrl: string;
  /** A token of the account; undefined in the dashboard, whose browser sends its session cookie. */
  readonly token?: string | undefined;
}

/** The admin API by its OpenAPI document: paths, parameters and answers are typed. Knows no route that is not there. */
export function createAdminClient({ baseUrl, token }: AdminClientOptions): AdminClient {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return createClient<paths>({ baseUrl, headers, credentials: 'same-origin' });
}

/** A refusal of the API, or an answer that is not its own (a proxy's page, say). */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The data of an answer. Throws `AdminProblem` for a refusal, and what `fetch` throws when the API is not reached. */
export async function answered<T>(request: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await request;
  if (response.ok) return data as T;
  throw new AdminProblem(isProblem(error) ? error : foreignAnswer(response));
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'code' in error && 'detail' in error;
}

function foreignAnswer({ status, statusText, url }: Response): Problem {
  const detail = `${new URL(url).origin} answered ${status} ${statusText} in a form that is not the admin API's. Is the address right?`;
  return { type: 'about:blank', title: 'Not the admin API', status, code: 'foreign_answer', detail };
}

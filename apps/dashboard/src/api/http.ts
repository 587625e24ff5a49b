import { AdminProblem, answered, createAdminClient } from '@keybrake/admin-client';

/** The session's cookie goes with every request by itself; no token is known here. */
export const client = createAdminClient({ baseUrl: location.origin });

/** A field that the API refused: JSON pointer and what is wrong with it. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** An answer of the API that is no success, or none at all (status 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: readonly FieldProblem[];

  constructor(problem: { status: number; code: string; title: string; detail: string; errors?: FieldProblem[] }) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.errors = problem.errors ?? [];
  }
}

const UNREACHABLE = { status: 0, code: 'network', title: 'No answer', detail: 'The admin API can’t be reached.' };

/** The data of an answer. Throws `ApiProblem`, also when there is no answer; and when the question was taken back. */
export async function ask<T>(request: Parameters<typeof answered<T>>[0]): Promise<T> {
  try {
    return await answered<T>(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(error instanceof AdminProblem ? error.problem : UNREACHABLE);
  }
}

export type QueryValue = string | number | undefined;
export type Filter = Readonly<Record<string, QueryValue>>;

/** A query without what is empty. Its values may come from the address of a page: the API checks them. */
export function queryOf<Query>(filter: Filter): Query {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== '')) as Query;
}

/** `?a=b`, for a link or a stream. */
export function queryText(filter: Filter): string {
  const text = new URLSearchParams(queryOf<Record<string, string>>(filter)).toString();
  return text === '' ? '' : `?${text}`;
}

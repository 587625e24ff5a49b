import { AdminProblem } from '@keybrake/admin-client';
import type { Connection } from '../connection/connection.js';
import { CliError, EXIT } from '../exit-codes.js';

export interface StreamRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route that answers with a stream: its bytes as they come. Throws as the typed client does. */
export async function openStream(
  { baseUrl, token }: Connection,
  request: StreamRequest,
): Promise<ReadableStream<Uint8Array>> {
  const { path, query, signal, headers } = request;
  const response = await fetch(`${baseUrl}${path}?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal,
  });
  if (response.ok && response.body !== null) return response.body;
  const problem = (await response.json().catch(() => undefined)) as AdminProblem['problem'] | undefined;
  if (problem?.code !== undefined) throw new AdminProblem(problem);
  throw new CliError(
    EXIT.refused,
    `${baseUrl}${path} answered ${response.status} in a form that is not the admin API's`,
  );
}

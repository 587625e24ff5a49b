import { AdminProblem } from '@keybrake/admin-client';
import { CliError, EXIT, type ExitCode } from './exit-codes.js';
import type { Terminal } from './output/terminal.js';

const WHAT_TO_DO: Partial<Record<ExitCode, string>> = {
  [EXIT.conflict]: 'Look at what changed, then run the command again.',
  [EXIT.unreachable]: 'Repeating is safe. keybrake doctor tells what is wrong.',
};

/** Says what went wrong and what to do; resolves to the code to end with. */
export function tellFailure(error: unknown, terminal: Terminal): ExitCode {
  const failure = asCliError(error);
  if (failure === undefined) {
    terminal.note(`keybrake: this is a defect of the client: ${error instanceof Error ? error.stack : String(error)}`);
    return EXIT.refused;
  }
  if (failure.exitCode === EXIT.interrupted) return failure.exitCode;
  terminal.note([`keybrake: ${failure.message}`, ...failure.details.map((detail) => `  ${detail}`)].join('\n'));
  return failure.exitCode;
}

/** The one table from errors to exit codes; undefined for what should not happen. */
export function asCliError(error: unknown): CliError | undefined {
  if (error instanceof CliError) return error;
  if (error instanceof AdminProblem) return ofProblem(error);
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'AbortError' || error.name === 'ExitPromptError') return new CliError(EXIT.interrupted, '');
  if (error.name === 'TimeoutError') {
    return new CliError(EXIT.unreachable, 'the admin API did not answer in time', adviceFor(EXIT.unreachable));
  }
  // What fetch throws when there is no answer: the reason is its cause.
  if (error.name === 'TypeError' && error.message === 'fetch failed') return notReached(error.cause);
  return undefined;
}

function ofProblem({ problem }: AdminProblem): CliError {
  const exitCode = exitCodeOf(problem.status);
  const fields = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer === '' ? '/' : pointer}  ${detail}`);
  // The details stand in the sentence too, but not where.
  const message = fields.length > 0 ? `${problem.title} (${problem.code})` : `${problem.detail} (${problem.code})`;
  return new CliError(exitCode, message, [...fields, ...adviceFor(exitCode)]);
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.notAllowed;
  if (status === 409 || status === 412) return EXIT.conflict;
  return status >= 502 && status <= 504 ? EXIT.unreachable : EXIT.refused;
}

/** Why the admin API could not be reached. */
export function notReached(cause: unknown): CliError {
  const { code, message } = (cause ?? {}) as { code?: string; message?: string };
  const reason =
    code === 'ECONNREFUSED' ? 'nothing listens at its address (ECONNREFUSED)' : (message ?? code ?? 'no answer');
  return new CliError(EXIT.unreachable, `the admin API is not reached: ${reason}`, [
    'Is it running (npm start), and is the address right (keybrake init, KEYBRAKE_URL)?',
  ]);
}

function adviceFor(exitCode: ExitCode): readonly string[] {
  const advice = WHAT_TO_DO[exitCode];
  return advice === undefined ? [] : [advice];
}

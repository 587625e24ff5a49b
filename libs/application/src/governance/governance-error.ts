/**
 * `not_found`: no such thing in this account. `invalid`: the request can't be right as it is. `conflict`: it can't be
 * done in the present state. `changed`: somebody else was first. `widening`: a child key would be allowed what its parent is not.
 */
export type GovernanceErrorCode = 'not_found' | 'invalid' | 'conflict' | 'changed' | 'widening';

export interface Problem {
  /** JSON pointer into the use case's input: `/caps/0/limitMicros`; the empty one is the whole. */
  readonly pointer: string;
  /** What is wrong and what to do. */
  readonly detail: string;
}

/** The one error of the governance use cases that its caller can act on. The message is safe to show. */
export class GovernanceError extends Error {
  override readonly name = 'GovernanceError';
  readonly code: GovernanceErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: GovernanceErrorCode, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

export function notFound(what: string, id: string): GovernanceError {
  return new GovernanceError('not_found', `There is no ${what} ${id}.`);
}

/** Throws unless there are no problems. */
export function refuseProblems(problems: readonly Problem[], code: GovernanceErrorCode = 'invalid'): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new GovernanceError(code, `${first.detail}${more}`, problems);
}

/** Why a request is not forwarded: a sentence for the agent's developer, and the field it is about. */
export interface RequestProblem {
  readonly invalid: string;
  readonly param?: string;
}

export function problem(invalid: string, param?: string): RequestProblem {
  return param === undefined ? { invalid } : { invalid, param };
}

export function isProblem(value: unknown): value is RequestProblem {
  return typeof value === 'object' && value !== null && 'invalid' in value;
}

import type { CallAnswer, GovernanceError, GovernanceErrorCode } from '@keybrake/application';
import type { ZodError } from 'zod';

const STATUS: Record<GovernanceErrorCode, number> = {
  not_found: 404,
  invalid: 422,
  conflict: 409,
  changed: 409,
  widening: 422,
};

/** Below it stands what an agent may see of its own key; no provider's path begins so. */
export const PREFIX = '/_keybrake/';

/** Never a stream. */
export type AgentAnswer = CallAnswer & { readonly body: Uint8Array };

export function answer(status: number, value: unknown): AgentAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: new TextEncoder().encode(JSON.stringify(value)),
  };
}

export function failure(status: number, code: string, message: string, problems?: readonly object[]): AgentAnswer {
  return answer(status, { error: { code, message, ...(problems === undefined ? {} : { problems }) } });
}

export function governanceFailure({ code, message, problems }: GovernanceError): AgentAnswer {
  return failure(STATUS[code], code, message, problems.length === 0 ? undefined : problems);
}

export function invalidBody({ issues }: ZodError): AgentAnswer {
  const problems = issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    detail: message,
  }));
  return failure(
    422,
    'invalid',
    'The body is not what it should be: {"runId": …, "caps"?, "allowedOperations"?}.',
    problems,
  );
}

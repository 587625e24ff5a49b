import { DependencyUnavailable, GovernanceError, type GovernanceErrorCode } from '@keybrake/application';
import type { Logger } from '@keybrake/platform';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

const GOVERNANCE: Record<GovernanceErrorCode, { status: number; title: string }> = {
  not_found: { status: 404, title: 'Not found' },
  invalid: { status: 422, title: 'Invalid request' },
  conflict: { status: 409, title: 'Conflict' },
  changed: { status: 412, title: 'Changed meanwhile' },
  widening: { status: 422, title: 'Wider than the parent' },
};

const RETRY_AFTER_SECONDS = 1;

/** The one table from errors to answers. */
function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof GovernanceError) {
    const { status, title } = GOVERNANCE[error.code];
    const errors = error.problems.length === 0 ? {} : { errors: error.problems };
    return new Problem(status, error.code, title, error.message, errors);
  }
  if (error instanceof DependencyUnavailable) {
    const detail = `${error.dependency} is not available, so this is not in force. Repeat the request: that is safe.`;
    return new Problem(503, 'unavailable', 'Not available', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return new Problem(status, status === 404 ? 'not_found' : 'invalid_request', error.name, error.message);
  }
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem(
      status,
      'invalid_request',
      'Invalid request',
      'The request could not be read: check that its body is JSON.',
    );
  }
  return undefined;
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (passesThrough(request, error)) {
      void reply.status(error.getStatus()).send(error.getResponse());
      return;
    }
    const known = problemOf(error);
    if (known === undefined) this.#logger.error({ err: error }, 'a request failed in a way that should not happen');
    const problem =
      known ?? new Problem(500, 'internal_error', 'Internal error', 'Keybrake failed; the log tells why.');
    // A stream that has begun is broken off by whoever writes it.
    if (reply.sent) return;
    if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', problem.retryAfterSeconds);
    void reply
      .status(problem.getStatus())
      .header('content-type', 'application/problem+json')
      .send({ ...problem.body, instance: request.url.split('?', 1)[0] });
  }
}

/** Health answers of terminus have a shape of their own. */
function passesThrough(request: FastifyRequest, error: unknown): error is HttpException {
  return error instanceof HttpException && request.url.startsWith('/readyz');
}

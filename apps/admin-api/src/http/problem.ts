import { HttpException } from '@nestjs/common';
import type { ProblemCode } from './problem-codes.js';

export interface FieldProblem {
  /** JSON pointer into the request. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
}

/** An answer in RFC 9457's shape: a stable code, what happened and what to do. */
export class Problem extends HttpException {
  readonly body: ProblemBody;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: ProblemCode,
    title: string,
    detail: string,
    more: { errors?: readonly FieldProblem[]; retryAfterSeconds?: number } = {},
  ) {
    const { errors, retryAfterSeconds } = more;
    const body = {
      type: `/docs/problems#${code}`,
      title,
      status,
      code,
      detail,
      ...(errors === undefined ? {} : { errors }),
    };
    super(body, status);
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  static notSignedIn(): Problem {
    return new Problem(
      401,
      'not_signed_in',
      'Not signed in',
      'Send "Authorization: Bearer <token>" with a live token of this account.',
    );
  }

  static linkInvalid(): Problem {
    const detail =
      'This link was not made by this Keybrake, or its time is over. Sign in to see what became of the call.';
    return new Problem(401, 'link_invalid', 'Link not valid', detail);
  }

  static roleTooLow(role: string, required: string): Problem {
    return new Problem(
      403,
      'role_too_low',
      'Role too low',
      `This needs a token of role ${required}; yours is ${role}.`,
    );
  }

  static tooManySignIns(retryAfterSeconds: number): Problem {
    const detail = `Too many requests from this address had no valid token. Try again in ${retryAfterSeconds} s.`;
    return new Problem(429, 'too_many_sign_ins', 'Too many failed sign-ins', detail, { retryAfterSeconds });
  }

  static tooManyStreams(kind: string, max: number): Problem {
    const detail = `${max} ${kind} are running, which is all that this process serves at a time. Try again when one has ended.`;
    return new Problem(429, 'too_many_streams', 'Too many streams', detail, { retryAfterSeconds: 5 });
  }

  static invalid(errors: readonly FieldProblem[], status = 400): Problem {
    const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join(' ') || 'The request is not valid.';
    return new Problem(status, 'invalid_request', 'Invalid request', detail, { errors });
  }

  static methodNotAllowed(method: string, allow: string): Problem {
    return new Problem(405, 'method_not_allowed', 'Method not allowed', `There is no ${method} here, only ${allow}.`);
  }

  static notFound(detail: string): Problem {
    return new Problem(404, 'not_found', 'Not found', detail);
  }

  static conflict(code: ProblemCode, detail: string): Problem {
    return new Problem(409, code, 'Conflict', detail);
  }
}

import {
  authenticateSession,
  authenticateToken,
  type SessionIdentity,
  type TokenIdentity,
  type TokenRole,
} from '@keybrake/application';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { NO_SIGN_IN, REQUIRED_ROLE, roleSuffices, type SignedInRequest } from './access.js';
import { sessionCookie } from './session-cookie.js';
import { SignInLimiter } from './sign-in-limiter.js';

const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Every route needs a live token or session of a high enough role, but for sign-in, health and metrics. */
@Injectable()
export class TokenGuard implements CanActivate {
  readonly #ports: AdminPorts;
  readonly #reflector: Reflector;
  readonly #limiter: SignInLimiter;

  constructor(
    @Inject(ADMIN_PORTS) ports: AdminPorts,
    @Inject(Reflector) reflector: Reflector,
    @Inject(SignInLimiter) limiter: SignInLimiter,
  ) {
    this.#ports = ports;
    this.#reflector = reflector;
    this.#limiter = limiter;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    if (OPEN_PATHS.has(request.url.split('?', 1)[0] as string)) return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean | undefined>(NO_SIGN_IN, targets) === true) return true;
    const identity = await this.#identify(request);
    if (identity === undefined) throw this.#refusal(request);
    const required = this.#reflector.getAllAndOverride<TokenRole | undefined>(REQUIRED_ROLE, targets) ?? 'admin';
    if (!roleSuffices(identity.role, required)) throw Problem.roleTooLow(identity.role, required);
    request.identity = identity;
    return true;
  }

  /** Without a token nothing is guessed; a page that is left open with an ended session must not use up the guesses. */
  #refusal(request: SignedInRequest): Problem {
    const guesses = request.headers.authorization !== undefined;
    return guesses ? this.#limiter.refusal(request.ip, this.#ports.runtime.nowMs()) : Problem.notSignedIn();
  }

  async #identify(request: SignedInRequest): Promise<TokenIdentity | SessionIdentity | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const [scheme, token = ''] = authorization.split(' ', 2);
      return scheme?.toLowerCase() === 'bearer' ? authenticateToken(this.#ports.governance, token) : undefined;
    }
    const session = sessionCookie(request);
    return session === undefined ? undefined : authenticateSession(this.#ports.governance, session);
  }
}

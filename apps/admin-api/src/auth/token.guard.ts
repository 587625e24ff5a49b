import { authenticateToken, type TokenRole } from '@keybrake/application';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { REQUIRED_ROLE, roleSuffices, type SignedInRequest } from './access.js';
import { SignInLimiter } from './sign-in-limiter.js';

const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Every route needs a live token of a high enough role, but for health and metrics. */
@Injectable()
export class TokenGuard implements CanActivate {
  readonly #ports: AdminPorts;
  readonly #reflector: Reflector;
  readonly #limiter = new SignInLimiter();

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts, @Inject(Reflector) reflector: Reflector) {
    this.#ports = ports;
    this.#reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    if (OPEN_PATHS.has(request.url.split('?', 1)[0] as string)) return true;
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ', 2);
    const identity =
      scheme?.toLowerCase() === 'bearer' ? await authenticateToken(this.#ports.governance, token) : undefined;
    if (identity === undefined) throw this.#refusal(request.ip);
    const targets = [context.getHandler(), context.getClass()];
    const required = this.#reflector.getAllAndOverride<TokenRole | undefined>(REQUIRED_ROLE, targets) ?? 'admin';
    if (!roleSuffices(identity.role, required)) throw Problem.roleTooLow(identity.role, required);
    request.identity = identity;
    return true;
  }

  /** A good token always passes: many bad ones from the same address must not lock its neighbours out. */
  #refusal(address: string): Problem {
    const nowMs = this.#ports.runtime.nowMs();
    const waitSeconds = this.#limiter.retryAfterSeconds(address, nowMs);
    if (waitSeconds !== undefined) return Problem.tooManySignIns(waitSeconds);
    this.#limiter.failed(address, nowMs);
    return Problem.notSignedIn();
  }
}

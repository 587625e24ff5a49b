import type { SessionIdentity, TokenIdentity, TokenRole } from '@keybrake/application';
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

/** A request whose token or session was accepted. */
export interface SignedInRequest extends FastifyRequest {
  identity?: TokenIdentity | SessionIdentity;
}

export const REQUIRED_ROLE = 'keybrake:role';
export const NO_SIGN_IN = 'keybrake:no-sign-in';

/** The lowest role that may use a route. Routes without it need `admin`: nothing is open by oversight. */
export const Allow = (role: TokenRole) =>
  applyDecorators(SetMetadata(REQUIRED_ROLE, role), ApiExtension('x-keybrake-role', role));

/** For the routes that sign in. */
export const NoSignIn = () => applyDecorators(SetMetadata(NO_SIGN_IN, true), ApiExtension('x-keybrake-role', 'none'));

const RANK: Record<TokenRole, number> = { viewer: 0, operator: 1, admin: 2 };

export function roleSuffices(role: TokenRole, required: TokenRole): boolean {
  return RANK[role] >= RANK[required];
}

/** Who asks; the guard has put it there. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): TokenIdentity => {
  const { identity } = context.switchToHttp().getRequest<SignedInRequest>();
  if (identity === undefined) throw new Error('a route was reached without a token');
  return identity;
});

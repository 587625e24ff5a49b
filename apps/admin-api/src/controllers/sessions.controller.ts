import {
  authenticateToken,
  endSession,
  type OpenedSession,
  openPersonSession,
  openTokenSession,
  type SessionIdentity,
  type TokenIdentity,
} from '@keybrake/application';
import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow, CurrentActor, NoSignIn } from '../auth/access.js';
import { clearHandshake, readHandshake, setHandshake } from '../auth/handshake-cookie.js';
import { clearSessionCookie, setSessionCookie } from '../auth/session-cookie.js';
import { SignInLimiter } from '../auth/sign-in-limiter.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { type SessionBody, sessionAnswer, sessionBody, signInMethodsAnswer } from '../schemas/sessions.js';

const START_PATH = '/v1/sessions/oidc';

@ApiTags('sessions')
@Controller('v1/sessions')
export class SessionsController {
  readonly #ports: AdminPorts;
  readonly #limiter: SignInLimiter;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts, @Inject(SignInLimiter) limiter: SignInLimiter) {
    this.#ports = ports;
    this.#limiter = limiter;
  }

  @Get('methods')
  @NoSignIn()
  @Documented({ summary: 'How one can sign in to the dashboard.', answer: signInMethodsAnswer })
  methods() {
    const { oidc } = this.#ports.signIn;
    return { token: true, oidc: oidc === undefined ? null : { name: oidc.name, startUrl: START_PATH } };
  }

  @Post()
  @NoSignIn()
  @Documented({
    summary: 'Sign a browser in with a token: a cookie of at most 12 h, over with the token.',
    body: sessionBody,
    answer: sessionAnswer,
    status: 201,
  })
  async open(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: sessionBody }) body: SessionBody,
  ) {
    const { governance, runtime } = this.#ports;
    const token = await authenticateToken(governance, body.token);
    if (token === undefined) throw this.#limiter.refusal(request.ip, runtime.nowMs());
    const { identity } = this.#signedIn(request, reply, await openTokenSession(governance, token));
    return sessionView(identity);
  }

  @Get('current')
  @Allow('viewer')
  @ApiBearerAuth()
  @Documented({ summary: 'Who you are to this API.', answer: sessionAnswer })
  current(@CurrentActor() actor: TokenIdentity | SessionIdentity) {
    return sessionView(actor);
  }

  @Delete('current')
  @HttpCode(204)
  @Allow('viewer')
  @ApiBearerAuth()
  @Documented({ summary: 'Sign out. A token stays as it is.', answer: undefined, status: 204 })
  async end(@CurrentActor() actor: TokenIdentity | SessionIdentity, @Res({ passthrough: true }) reply: FastifyReply) {
    if ('sessionId' in actor) await endSession(this.#ports.governance, actor);
    clearSessionCookie(reply);
  }

  @Get('oidc')
  @NoSignIn()
  @Documented({ summary: 'Sends a browser to the identity provider.', answer: undefined, status: 302 })
  async startOidc(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { url, handshake } = await this.#oidc().start(this.#publicUrl(request)).catch(identityProviderAway);
    setHandshake(reply, handshake, this.#isSecure(request));
    await reply.redirect(url, 302);
  }

  @Get('oidc/callback')
  @NoSignIn()
  @Documented({
    summary: 'Where the identity provider sends the browser back to; it goes on to the dashboard.',
    answer: undefined,
    status: 302,
  })
  async finishOidc(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const handshake = readHandshake(request);
    clearHandshake(reply);
    const callback = new URL(request.url, this.#publicUrl(request));
    const person =
      handshake === undefined
        ? 'identity_provider'
        : await this.#oidc()
            .finish(callback, handshake)
            .catch(() => 'identity_provider' as const);
    // A page says what happened: whoever comes back here is a person.
    if (typeof person === 'string') return reply.redirect(`/sign-in?problem=${person}`, 302);
    this.#signedIn(request, reply, await openPersonSession(this.#ports.governance, person));
    return reply.redirect('/', 302);
  }

  #signedIn(request: FastifyRequest, reply: FastifyReply, session: OpenedSession): OpenedSession {
    setSessionCookie(reply, session.text, session.identity.expiresAtMs, this.#isSecure(request));
    return session;
  }

  #oidc() {
    const { oidc } = this.#ports.signIn;
    if (oidc === undefined) throw Problem.notFound('No identity provider is configured (KEYBRAKE_OIDC_ISSUER).');
    return oidc;
  }

  #publicUrl({ protocol, host }: FastifyRequest): string {
    return this.#ports.signIn.publicUrl ?? `${protocol}://${host}`;
  }

  #isSecure(request: FastifyRequest): boolean {
    return this.#publicUrl(request).startsWith('https:');
  }
}

function identityProviderAway(): never {
  throw new Problem(
    503,
    'identity_provider_unavailable',
    'Identity provider not available',
    'The identity provider (KEYBRAKE_OIDC_ISSUER) did not answer as one. Sign in with a token, or try again.',
    { retryAfterSeconds: 5 },
  );
}

function sessionView(actor: TokenIdentity & { readonly expiresAtMs?: number | undefined }) {
  const { accountId, role, tokenName: name, expiresAtMs } = actor;
  return { accountId, role, name, expiresAt: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString() };
}

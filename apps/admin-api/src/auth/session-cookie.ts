import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.js';

const NAME = 'keybrake_session';

/** The browser's session; the page's scripts never see it, and other sites can't send it. */
export function setSessionCookie(reply: FastifyReply, text: string, expiresAtMs: number, secure: boolean): void {
  const expires = new Date(expiresAtMs);
  void reply.setCookie(NAME, text, { httpOnly: true, sameSite: 'strict', path: '/', secure, expires });
}

export function clearSessionCookie(reply: FastifyReply): void {
  void reply.clearCookie(NAME, { path: '/' });
}

/**
 * Undefined without one. SameSite is about sites, and another port of this machine is the same site: so a request that
 * changes something must also come from a page of this very origin.
 */
export function sessionCookie(request: FastifyRequest): string | undefined {
  const text = request.cookies[NAME];
  if (text === undefined || request.method === 'GET' || isOwnPage(request)) return text;
  const detail = 'A session is for the dashboard, and this request comes from another page. Scripts send a token.';
  throw new Problem(403, 'cross_origin', 'Another origin', detail);
}

function isOwnPage({ headers }: FastifyRequest): boolean {
  const { origin, host } = headers;
  if (headers['sec-fetch-site'] !== undefined) return headers['sec-fetch-site'] === 'same-origin';
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

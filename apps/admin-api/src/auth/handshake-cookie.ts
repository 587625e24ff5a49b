import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CALLBACK_PATH, type Handshake } from './oidc-sign-in.js';

const NAME = 'keybrake_oidc';
const MAX_AGE_SECONDS = 600;
const handshakeShape = z.strictObject({ state: z.string(), nonce: z.string(), codeVerifier: z.string() });

/** Kept by the browser while it is at the identity provider, and sent to nothing but the callback. */
export function setHandshake(reply: FastifyReply, handshake: Handshake, secure: boolean): void {
  const text = Buffer.from(JSON.stringify(handshake)).toString('base64url');
  // Lax: the browser comes back from another site.
  const options = { httpOnly: true, sameSite: 'lax', path: CALLBACK_PATH, secure, maxAge: MAX_AGE_SECONDS } as const;
  void reply.setCookie(NAME, text, options);
}

export function clearHandshake(reply: FastifyReply): void {
  void reply.clearCookie(NAME, { path: CALLBACK_PATH });
}

export function readHandshake(request: FastifyRequest): Handshake | undefined {
  try {
    const text = Buffer.from(request.cookies[NAME] ?? '', 'base64url').toString('utf8');
    return handshakeShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

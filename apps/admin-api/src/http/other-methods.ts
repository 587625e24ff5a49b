import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

interface KnownPath {
  readonly matches: RegExp;
  readonly allow: string;
}

/** A method that a path of the document does not have is 405 with what it has, not 404. */
export function refuseOtherMethods(
  document: OpenAPIObject,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const known = Object.entries(document.paths).map(([path, item]): KnownPath => {
    const methods = Object.keys(item).map((method) => method.toUpperCase());
    const withHead = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
    return { matches: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`), allow: withHead.join(', ') };
  });
  return async (request, reply) => {
    if (!request.is404) return undefined;
    const path = request.url.split('?', 1)[0] as string;
    const allow = known.filter(({ matches }) => matches.test(path)).map((entry) => entry.allow);
    if (allow.length === 0) return undefined;
    const { body } = Problem.methodNotAllowed(request.method, allow.join(', '));
    return reply
      .status(405)
      .header('allow', allow.join(', '))
      .header('content-type', 'application/problem+json')
      .send({ ...body, instance: path });
  };
}

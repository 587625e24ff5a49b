import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Problem } from './problem.js';

/** PostgreSQL keeps every character but NUL: text with one is refused here, once for all routes. */
@Injectable()
export class TextInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { body, query, params } = context.switchToHttp().getRequest<FastifyRequest>();
    if (holdsNul([body, query, params])) {
      throw Problem.invalid([{ pointer: '', detail: 'Text must not hold the character U+0000.' }], 422);
    }
    return next.handle();
  }
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => name.includes('\0') || holdsNul(member));
}

import { createHash } from 'node:crypto';
import type { IdempotentRequest, IdempotentResponses } from '@keybrake/application';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';
import type { SignedInRequest } from '../auth/access.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { Problem } from './problem.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** A POST with an `Idempotency-Key` runs once in 24 h; its repeat gets the same answer. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  readonly #responses: IdempotentResponses;
  readonly #nowMs: () => number;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#responses = ports.responses;
    this.#nowMs = () => ports.runtime.nowMs();
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined || request.identity === undefined) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw Problem.invalid([{ pointer: '', detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters.' }]);
    }
    const { accountId, tokenId } = request.identity;
    const text = `${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`;
    const fingerprint = createHash('sha256').update(text).digest('hex');
    return this.#once(
      { accountId, tokenId, key, fingerprint },
      context.switchToHttp().getResponse<FastifyReply>(),
      next,
    );
  }

  async #once(request: IdempotentRequest, reply: FastifyReply, next: CallHandler): Promise<Observable<unknown>> {
    const claim = await this.#responses.claim(request, this.#nowMs());
    switch (claim.kind) {
      case 'in_flight':
        throw Problem.conflict(
          'idempotency_key_in_flight',
          'A request with this Idempotency-Key is still running. Retry in a moment.',
        );
      case 'mismatch':
        throw new Problem(
          422,
          'idempotency_key_reused',
          'Idempotency key reused',
          'This Idempotency-Key was used for another request.',
        );
      case 'completed':
        void reply.status(claim.status).header('idempotent-replayed', 'true');
        return of(JSON.parse(claim.body));
      case 'claimed':
        return of(await this.#run(request, reply, next));
    }
  }

  async #run(request: IdempotentRequest, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    try {
      const body: unknown = await lastValueFrom(next.handle());
      await this.#responses.complete(request, reply.statusCode, JSON.stringify(body));
      return body;
    } catch (error) {
      await this.#responses.abandon(request);
      throw error;
    }
  }
}

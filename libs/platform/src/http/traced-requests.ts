import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Context, context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
} from '@opentelemetry/semantic-conventions';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../telemetry/tracing.js';
import { isOperational } from './operational.module.js';

/**
 * Each request as a server span, below the caller's own where it names one, and active while it is handled. It has its
 * route, never its path or query: ids are no names. Probes and scrapes are not traced.
 */
export function traceRequests(app: NestFastifyApplication, tracer: Tracer): void {
  const contexts = new WeakMap<FastifyRequest, Context>();
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (!isOperational(request.url)) {
        const parent = contextOf(request.headers.traceparent?.toString());
        const span = tracer.startSpan(...nameOf(request), parent);
        contexts.set(request, trace.setSpan(parent, span));
        // Also of a client that went away, where Fastify knows no response.
        reply.raw.once('close', () => end(span, reply.raw.statusCode));
      }
      done();
    })
    // Only here: the events by which a body is read come from the connection, which knows no context.
    .addHook('preValidation', (request, _reply, done) => {
      context.with(contexts.get(request) ?? context.active(), done);
    });
}

function nameOf({ method, routeOptions }: FastifyRequest): [string, Parameters<Tracer['startSpan']>[1]] {
  const { url: route } = routeOptions;
  const attributes = { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_HTTP_ROUTE]: route };
  return [route === undefined ? method : `${method} ${route}`, { kind: SpanKind.SERVER, attributes }];
}

function end(span: Span, status: number): void {
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (status >= 500) span.setAttribute(ATTR_ERROR_TYPE, String(status)).setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

import 'reflect-metadata';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { ListenAddress } from '../config/config.js';
import { createNestLogger } from '../telemetry/nest-logger.js';
import { closeServer, listen } from './listening.js';
import { isOperational } from './operational.module.js';
import { createAnyServer, keepRenewed } from './secure-server.js';

export interface HttpAppOptions {
  readonly module: Type | DynamicModule;
  readonly logger: Logger;
  readonly address: ListenAddress;
  readonly bodyBytesMax?: number;
  /** Changes the app before it listens: documents, static files, filters. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

export interface RunningHttpApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** Takes no new connections, lets requests in flight end, cuts them after the time. */
  close(withinMs: number): Promise<void>;
}

/** Starts a Nest app on Fastify. Throws `PortTaken` with the variable to change. */
export function startHttpApp(options: HttpAppOptions): Promise<RunningHttpApp> {
  const { certificate } = options.address;
  return start(options, (nest) => createAnyServer(certificate, {}, withoutEmptyBody(nest)));
}

/** Many clients name a content type with every POST, also with no body to be of that type; Fastify would refuse it. */
function withoutEmptyBody(nest: RequestListener): RequestListener {
  return (request, response) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && (length === undefined || length === '0')) delete request.headers['content-type'];
    nest(request, response);
  };
}

export interface CallServerOptions extends HttpAppOptions {
  /** Gets every request that is not for `/livez`, `/readyz` or `/metrics`, as it came over the wire. */
  readonly onCall: RequestListener;
  /** Once true, answers close their connection, so that clients go elsewhere. */
  readonly isDraining: () => boolean;
  /** Time and size limits of the listener. */
  readonly server?: ServerOptions;
}

/** A plain `node:http` listener for calls, with the Nest app behind the operational paths of the same port. */
export function startCallServer(options: CallServerOptions): Promise<RunningHttpApp> {
  const { onCall, isDraining } = options;
  return start(options, (nest) =>
    createAnyServer(options.address.certificate, options.server ?? {}, (request, response) => {
      if (isDraining()) response.setHeader('connection', 'close');
      const handler = isOperational(request.url) ? nest : onCall;
      handler(request, response);
    }),
  );
}

async function start(options: HttpAppOptions, makeServer: (nest: RequestListener) => Server): Promise<RunningHttpApp> {
  let server: Server | undefined;
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyBytesMax ?? 1_048_576,
    serverFactory: (handler: RequestListener) => {
      server = makeServer(handler);
      return server;
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
    logger: createNestLogger(options.logger),
    abortOnError: false,
  });
  await options.configure?.(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  if (server === undefined) throw new Error('Fastify made no server');
  const listening = server;
  const url = await listen(listening, options.address);
  const stopRenewal = keepRenewed(listening, options.address.certificate, options.logger);
  const close = async (withinMs: number) => {
    stopRenewal();
    await closeServer(listening, withinMs);
    await app.close();
  };
  return { app, url, close };
}

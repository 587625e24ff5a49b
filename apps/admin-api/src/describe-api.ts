import { createLogger, createMetrics, Readiness } from '@keybrake/platform';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { adminApiModule } from './app.js';
import { createDocument } from './http/openapi.js';
import type { AdminPorts } from './ports.js';

/** The OpenAPI document as the running API gives it, without running it: no port is asked for anything. */
export async function describeAdminApi(): Promise<OpenAPIObject> {
  const metrics = createMetrics('admin-api');
  const module = adminApiModule({
    ports: { governance: {}, signIn: {} } as AdminPorts,
    logger: createLogger({ name: 'describe', level: 'silent' }),
    metrics,
    readiness: new Readiness({}),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: false });
  try {
    await app.init();
    return createDocument(app);
  } finally {
    await app.close();
    await metrics.close();
  }
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { Logger } from '@keybrake/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

const folder = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));
const ASSETS = '/assets/';
const YEAR_S = 31_536_000;

/** Nothing of anybody else's, nothing inline, in nobody's frame. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * The first part of a page's path. What is below the others and not found stays not found, as the API answers it; a route
 * for every path would hide that from the API's own hooks.
 */
const PAGE = ':page(^(?!(?:v1|docs|assets)$)[^/]+$)';

/** The dashboard at `/`, from the files that were built; every path that is not the API's is one of its pages. */
export async function serveDashboard(app: NestFastifyApplication, logger: Logger): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    logger.warn({ folder }, 'the dashboard is not built, so it is not served: npm run build');
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    // Only files that are there get a route: `/index.html` is not a page.
    globIgnore: ['index.html', '**/*.br', '**/*.gz'],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const kept = path.startsWith(join(folder, ASSETS)) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';
      for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, 'cache-control': kept })) {
        reply.header(name, value);
      }
    },
  });
  const fastify = app.getHttpAdapter().getInstance();
  for (const path of ['/', `/${PAGE}`, `/${PAGE}/*`]) fastify.get(path, servePage);
}

function servePage(_request: FastifyRequest, reply: FastifyReply) {
  return reply.sendFile('index.html');
}

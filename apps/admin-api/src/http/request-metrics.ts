import { LATENCY_BOUNDS_SECONDS, type Metrics } from '@keybrake/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * Time of each request by its route, never by its path: ids are no labels. Of the kill switch's route this is how long a
 * revoke takes to be in force everywhere, since it answers only then (R7).
 */
export function addRequestMetrics(app: NestFastifyApplication, metrics: Metrics): void {
  const took = metrics.histogram(
    'keybrake_admin_request_seconds',
    'Requests to the admin API by route and status.',
    LATENCY_BOUNDS_SECONDS,
  );
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', async (request, reply) => {
      const { method, routeOptions } = request;
      const labels = { method, route: routeOptions.url ?? 'none', status: String(reply.statusCode) };
      took.record(reply.elapsedTime / 1_000, labels);
    });
}

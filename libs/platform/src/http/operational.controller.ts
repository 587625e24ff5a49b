import { Controller, Get, Header, Inject } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { Metrics } from '../telemetry/metrics.js';
import type { Readiness } from './readiness.js';

export const READINESS = Symbol('Readiness');
export const METRICS = Symbol('Metrics');

/** What load balancers, orchestrators and Prometheus ask. */
@Controller()
export class OperationalController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** Alive as long as it answers: a lost dependency must not restart every process. */
  @Get('livez')
  @Header('cache-control', 'no-store')
  live() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Header('cache-control', 'no-store')
  async ready() {
    const states = await this.readiness.check();
    const dependencies = states.map(({ name, up, ...rest }) => {
      const indicator = this.indicators.check(name);
      return () => (up ? indicator.up(rest) : indicator.down(rest));
    });
    const process = this.indicators.check('process');
    const draining = () => (this.readiness.draining ? process.down({ problem: 'draining' }) : process.up());
    return this.health.check([...dependencies, draining]);
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('cache-control', 'no-store')
  scrape() {
    return this.metrics.text();
  }
}

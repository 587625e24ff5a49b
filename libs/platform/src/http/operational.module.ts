import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { Metrics } from '../telemetry/metrics.js';
import { METRICS, OperationalController, READINESS } from './operational.controller.js';
import type { Readiness } from './readiness.js';

export interface OperationalOptions {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
}

/** `/livez`, `/readyz` and `/metrics`, for any Nest app. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest names a module by its class.
export class OperationalModule {
  static register({ readiness, metrics }: OperationalOptions): DynamicModule {
    return {
      module: OperationalModule,
      // A failed check is in the answer, and in the log of whoever needs the dependency.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [OperationalController],
      providers: [
        { provide: READINESS, useValue: readiness },
        { provide: METRICS, useValue: metrics },
      ],
    };
  }
}

const PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Whether a request target is one of the operational paths. */
export function isOperational(target: string | undefined): boolean {
  if (target === undefined) return false;
  const query = target.indexOf('?');
  return PATHS.has(query === -1 ? target : target.slice(0, query));
}

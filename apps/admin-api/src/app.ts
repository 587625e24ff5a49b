import cookie from '@fastify/cookie';
import type { ListenAddress, Logger, Metrics, Readiness, Tracing } from '@keybrake/platform';
import { OperationalModule, type RunningHttpApp, startHttpApp, traceRequests } from '@keybrake/platform';
import { type DynamicModule, Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SignInLimiter } from './auth/sign-in-limiter.js';
import { TokenGuard } from './auth/token.guard.js';
import { AccountController } from './controllers/account.controller.js';
import { AlertsController } from './controllers/alerts.controller.js';
import { ApprovalLinksController } from './controllers/approval-links.controller.js';
import { ApprovalsController } from './controllers/approvals.controller.js';
import { AuditController } from './controllers/audit.controller.js';
import { CallsController } from './controllers/calls.controller.js';
import { CatalogueController } from './controllers/catalogue.controller.js';
import { CredentialsController } from './controllers/credentials.controller.js';
import { InstallationController } from './controllers/installation.controller.js';
import { PoliciesController } from './controllers/policies.controller.js';
import { ReportsController } from './controllers/reports.controller.js';
import { ReservationsController } from './controllers/reservations.controller.js';
import { RunsController } from './controllers/runs.controller.js';
import { SessionsController } from './controllers/sessions.controller.js';
import { SimulationsController } from './controllers/simulations.controller.js';
import { TokensController } from './controllers/tokens.controller.js';
import { UsageController } from './controllers/usage.controller.js';
import { VaultKeysController } from './controllers/vault-keys.controller.js';
import { WebhooksController } from './controllers/webhooks.controller.js';
import { serveDashboard } from './http/dashboard.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { createDocument } from './http/openapi.js';
import { refuseOtherMethods } from './http/other-methods.js';
import { ProblemFilter } from './http/problem.filter.js';
import { Problem } from './http/problem.js';
import { serveProblemPage } from './http/problem-page.js';
import { addRequestMetrics } from './http/request-metrics.js';
import { TextInterceptor } from './http/text.interceptor.js';
import { ADMIN_PORTS, type AdminPorts } from './ports.js';

export interface AdminApiParts {
  readonly ports: AdminPorts;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

export interface AdminApiOptions extends AdminApiParts {
  readonly address: ListenAddress;
  /** Undefined: nothing is traced. */
  readonly tracing?: Tracing | undefined;
}

const BODY_BYTES_MAX = 262_144;

@Module({})
class AdminApiModule {
  static register({ ports, logger, metrics, readiness }: AdminApiParts): DynamicModule {
    return {
      module: AdminApiModule,
      imports: [OperationalModule.register({ readiness, metrics })],
      controllers: [
        AccountController,
        AlertsController,
        ApprovalLinksController,
        ApprovalsController,
        AuditController,
        CatalogueController,
        PoliciesController,
        SimulationsController,
        VaultKeysController,
        WebhooksController,
        CredentialsController,
        InstallationController,
        ReportsController,
        ReservationsController,
        SessionsController,
        TokensController,
        CallsController,
        UsageController,
        RunsController,
      ],
      providers: [
        { provide: ADMIN_PORTS, useValue: ports },
        { provide: SignInLimiter, useValue: new SignInLimiter(ports.signIn.failuresPerMinuteMax) },
        { provide: APP_GUARD, useClass: TokenGuard },
        { provide: APP_INTERCEPTOR, useClass: TextInterceptor },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_FILTER, useValue: new ProblemFilter(logger) },
        { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe({ exceptionFactory: toProblem }) },
      ],
    };
  }
}

/** The Nest module; also for describing the API without starting it. */
export const adminApiModule = (parts: AdminApiParts): DynamicModule => AdminApiModule.register(parts);

type Issue = Parameters<
  NonNullable<ConstructorParameters<typeof StandardSchemaValidationPipe>[0]>['exceptionFactory'] & object
>[0][number];

function toProblem(issues: readonly Issue[]): Problem {
  const errors = issues.map(({ path = [], message }) => {
    const names = path.map((part) => String(typeof part === 'object' ? part.key : part));
    return { pointer: names.map((name) => `/${name}`).join(''), detail: message };
  });
  return Problem.invalid(errors, 422);
}

/** Starts the admin API with its documents at `/openapi.json` and `/docs`. */
export function startAdminApi(options: AdminApiOptions): Promise<RunningHttpApp> {
  const { logger, address, tracing } = options;
  return startHttpApp({
    module: AdminApiModule.register(options),
    logger,
    address,
    bodyBytesMax: BODY_BYTES_MAX,
    configure: async (app) => {
      await app.register(cookie);
      if (tracing !== undefined) traceRequests(app, tracing.tracer);
      addRequestMetrics(app, options.metrics);
      serveProblemPage(app);
      addDocuments(app, createDocument(app));
      await serveDashboard(app, logger);
    },
  });
}

function addDocuments(app: NestFastifyApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json' });
  app.getHttpAdapter().getInstance().addHook('onRequest', refuseOtherMethods(document));
}

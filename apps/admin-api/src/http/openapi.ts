import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { problemAnswer } from '../schemas/answers.js';
import { documentedSchemas, schemaOf } from './documented.js';

const DESCRIPTION =
  'Policies, vault keys, credentials, spend and audit of one account. Money is text of minor units. Lists are paged by ' +
  'cursor. A refusal is application/problem+json with a stable code. A POST with an Idempotency-Key runs once in 24 h.';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { 'x-keybrake-role'?: string };

// The same in all three apps, and not of this API.
const OPERATIONAL = ['/livez', '/readyz', '/metrics'];

const PROBLEMS: Readonly<Record<number, readonly [name: string, description: string]>> = {
  400: ['BadRequest', 'The request could not be read.'],
  401: ['NotSignedIn', 'No live token.'],
  403: ['RoleTooLow', 'The role of the token is too low.'],
  404: ['NotFound', 'Not in this account.'],
  409: ['Conflict', 'Not in this state.'],
  412: ['ChangedMeanwhile', 'It was changed meanwhile.'],
  413: ['BodyTooLarge', 'The body is too large.'],
  415: ['BodyNotJson', 'The body is not JSON.'],
  422: ['Invalid', 'A field is not valid.'],
  429: ['TooManySignIns', 'Too many requests without a valid token.'],
  503: ['Unavailable', 'A dependency is not available; repeating is safe.'],
};

function problemResponses() {
  const content = { 'application/problem+json': { schema: schemaOf(problemAnswer, 'output') } };
  return Object.fromEntries(Object.values(PROBLEMS).map(([name, description]) => [name, { description, content }]));
}

/** The OpenAPI 3.1 document of the admin API. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Keybrake admin API')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .addCookieAuth('keybrake_session', { type: 'apiKey', in: 'cookie' }, 'session')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  for (const path of OPERATIONAL) delete document.paths[path];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of ['get', 'post', 'put', 'delete'] as const) {
      const operation = item[method];
      if (operation !== undefined) complete(operation, method, path);
    }
  }
  const responses = problemResponses();
  document.components = { ...document.components, responses, schemas: documentedSchemas() };
  return document;
}

/** What is the same for all routes: the ids in the path, the problems, the idempotency key. */
function complete(operation: Operation, method: string, path: string): void {
  const changes = method !== 'get';
  const isOpen = operation.security === undefined || operation.security.length === 0;
  const statuses = [400, ...(isOpen ? [] : [403]), 401, 404, ...(changes ? [409, 412, 413, 415] : []), 422, 429, 503];
  operation['x-keybrake-role'] ??= 'admin';
  operation.parameters = [...pathParameters(path), ...(operation.parameters ?? [])];
  for (const status of statuses) {
    operation.responses[String(status)] ??= { $ref: `#/components/responses/${PROBLEMS[status]?.[0]}` };
  }
  if (method === 'post' && !isOpen) {
    const schema = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' };
    const description = 'The same text for a repeat: then the first answer is given again.';
    operation.parameters = [
      ...(operation.parameters ?? []),
      { name: 'Idempotency-Key', in: 'header', required: false, description, schema },
    ];
  }
}

function pathParameters(path: string) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const version = { type: 'integer', minimum: 1, maximum: 999_999_999 };
  const schemaFor = (name: string) => (name === 'version' ? version : { type: 'string', minLength: 1 });
  return names.map((name) => ({ name, in: 'path' as const, required: true, schema: schemaFor(name) }));
}

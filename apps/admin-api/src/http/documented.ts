import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';

export interface RouteDocument {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
}

type JsonSchema = Record<string, unknown>;

/** What the route takes, said in the OpenAPI document by the very schema that checks it. */
export function Documented({ summary, body, query }: RouteDocument): MethodDecorator {
  const decorators: MethodDecorator[] = [ApiOperation({ summary })];
  if (body !== undefined) decorators.push(ApiBody({ required: true, schema: inputOf(body) }));
  for (const [name, parameter] of Object.entries(query?.shape ?? {})) {
    decorators.push(ApiQuery({ name, required: false, schema: inputOf(parameter as z.ZodType) }));
  }
  return applyDecorators(...decorators);
}

function inputOf(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return json;
}

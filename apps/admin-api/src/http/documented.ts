import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

export interface RouteDocument {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  /** What a success answers; undefined: nothing (204). */
  readonly answer: z.ZodType | undefined;
  /** 200 unless told. */
  readonly status?: number;
  /** `application/json` unless told: of a stream, what the answer's lines hold. */
  readonly contentTypes?: readonly string[];
}

type JsonSchema = Record<string, unknown>;

const components = new Map<string, JsonSchema>();

/** Every schema with a name that a route has been documented with, for the document's `components`. */
export function documentedSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a route takes and answers, said in the OpenAPI document by the very schemas that check and describe it. */
export function Documented(route: RouteDocument): MethodDecorator {
  const { summary, body, query, answer, status = 200, contentTypes = ['application/json'] } = route;
  const decorators: MethodDecorator[] = [ApiOperation({ summary })];
  if (body !== undefined) {
    // A body that may be left out has a schema that takes undefined.
    decorators.push(ApiBody({ required: !body.safeParse(undefined).success, schema: schemaOf(body, 'input') }));
  }
  for (const [name, parameter] of Object.entries(query?.shape ?? {})) {
    const required = !(parameter as z.ZodType).safeParse(undefined).success;
    decorators.push(ApiQuery({ name, required, schema: schemaOf(parameter as z.ZodType, 'input') }));
  }
  const content =
    answer === undefined
      ? {}
      : { content: Object.fromEntries(contentTypes.map((type) => [type, { schema: schemaOf(answer, 'output') }])) };
  decorators.push(ApiResponse({ status, description: summary, ...content }));
  return applyDecorators(...decorators);
}

/** Schemas with a name (`meta({ id })`) become references to the document's components. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  // As a member, so that a named schema at the top is a reference too.
  const { properties = {}, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), {
    io,
    unrepresentable: 'any',
    override: asDocumented,
  });
  for (const [name, { id: _id, ...definition }] of Object.entries($defs)) {
    components.set(name, withReferences(definition) as JsonSchema);
  }
  return withReferences(properties.it) as JsonSchema;
}

/** `meta({ documentedAs })`: what a parameter is to who sends it, where the check is about its text. */
function asDocumented({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const documentedAs = z.globalRegistry.get(zodSchema)?.documentedAs;
  if (typeof documentedAs !== 'object' || documentedAs === null) return;
  for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
  Object.assign(jsonSchema, documentedAs);
}

function withReferences(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withReferences);
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) =>
      name === '$ref' && typeof value === 'string'
        ? [name, value.replace('#/$defs/', '#/components/schemas/')]
        : [name, withReferences(value)],
    ),
  );
}

import 'reflect-metadata';
import { describeAdminApi } from '@keybrake/admin-api';
import openapiTypescript, { astToString } from 'openapi-typescript';

const HEADER = '// Made of openapi.json by scripts/openapi/generate.ts; not edited by hand.\n';

/** The texts of the generated files, as they should be now. */
export async function clientSources(): Promise<{ readonly document: string; readonly types: string }> {
  const api = await describeAdminApi();
  const document = `${JSON.stringify(api, null, 1)}\n`;
  const ast = await openapiTypescript(JSON.parse(document), {
    alphabetize: true,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
  });
  return { document, types: HEADER + astToString(ast) };
}

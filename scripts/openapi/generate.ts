// Writes what libs/admin-client is made of: the admin API's OpenAPI document, and TypeScript types of it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientSources } from './client-sources.ts';

const { document, types } = await clientSources();
const folder = join(import.meta.dirname, '../../libs/admin-client/src/generated');
await writeFile(join(folder, 'openapi.json'), document);
await writeFile(join(folder, 'openapi-types.ts'), types);

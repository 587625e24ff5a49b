import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientSources } from '../scripts/openapi/client-sources.ts';

const generated = join(import.meta.dirname, '../libs/admin-client/src/generated');

// Stale: run `npm run openapi`.
test('the typed client is made of the admin API as it is', async () => {
  const { document, types } = await clientSources();
  expect(JSON.parse(await readFile(join(generated, 'openapi.json'), 'utf8'))).toEqual(JSON.parse(document));
  expect(await readFile(join(generated, 'openapi-types.ts'), 'utf8')).toBe(types);
});

import { expect, test } from 'vitest';
import { LANGUAGES, recipeOf, testedVersion } from './recipes.ts';
import { snippetOf } from './snippets.ts';

const GATEWAY = 'https://gateway.example';
const PROVIDERS = ['stripe', 'twilio', 'resend'] as const;
const cases = PROVIDERS.flatMap((provider) => LANGUAGES.map((language) => [provider, language] as const));

test.each(cases)('%s for %s names this gateway and takes the key from the environment', (provider, language) => {
  const { code, install } = snippetOf(provider, language, GATEWAY);
  expect(code).toContain(GATEWAY);
  expect(code).toContain('KEYBRAKE_VAULT_KEY');
  expect(code).toContain('order-1001');
  if (language === 'curl') return;
  expect(code).toContain(recipeOf(provider, language));
  expect(install).toContain(testedVersion(`${provider}-${language}`));
  expect(testedVersion(`${provider}-${language}`)).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a provider of the installation’s own has its way in', () => {
  expect(snippetOf('shippo', 'node', GATEWAY).code).toContain(`${GATEWAY}/shippo/`);
});

import { readFile } from 'node:fs/promises';
import { type Config, OperatorError } from '@keybrake/platform';
import { type ProviderRegistry, providerRegistry } from '@keybrake/providers';
import { parseProviderFile } from './parse-file.js';

/** What this process governs: the built-in providers and those of the file. Throws `OperatorError` with all that is wrong. */
export async function loadProviders(config: Pick<Config, 'providersFile' | 'origins'>): Promise<ProviderRegistry> {
  const { providersFile, origins } = config;
  const providers = providersFile === undefined ? providerRegistry() : await registryOf(providersFile);
  const unknown = [...origins.keys()].filter((id) => providers.find(id) === undefined);
  if (unknown.length === 0) return providers;
  throw new OperatorError(
    `KEYBRAKE_PROVIDER_ORIGINS names ${unknown.join(', ')}, which KEYBRAKE_PROVIDERS_FILE does not`,
  );
}

async function registryOf(file: string): Promise<ProviderRegistry> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError(`KEYBRAKE_PROVIDERS_FILE names ${file}, which can't be read (${error.code})`, {
      cause: error,
    });
  });
  const reading = parseProviderFile(text);
  if (reading.kind === 'providers') return providerRegistry(reading.providers);
  const problems = reading.problems.map((problem) => `  ${file}:${problem}`).join('\n');
  throw new OperatorError(`the providers file has ${countOf(reading.problems)}:\n${problems}`);
}

const countOf = ({ length }: readonly string[]) => (length === 1 ? 'a problem' : `${length} problems`);

import { readFile } from 'node:fs/promises';
import { type Config, ConfigError, DISTRIBUTED_SETTINGS, loadConfig } from '@keybrake/platform';
import { loadProviders } from '@keybrake/provider-file';
import { parsePriceList } from '@keybrake/providers';
import { type Finding, fail, ok, reasonOf } from './finding.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The settings as the processes read them; undefined when one of them would refuse to start. */
export function checkSettings(variables: Variables): {
  readonly findings: readonly Finding[];
  readonly config: Config | undefined;
} {
  const isSet = (name: string) => variables[name] !== undefined && variables[name] !== '';
  const isDistributed = ['REDIS_URL', 'REDIS_URL_FILE', 'KAFKA_BROKERS'].some(isSet);
  try {
    const config = loadConfig({ env: variables, required: isDistributed ? DISTRIBUTED_SETTINGS : [] });
    const count = Object.values(config.described).filter((value) => value !== '(not set)').length;
    return { findings: [ok('settings', `${count} with a value, all valid`)], config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { findings: error.problems.map(toFinding), config: undefined };
  }
}

/** The sentences of the settings say what is wrong and what to do, in this order. */
function toFinding(problem: string): Finding {
  const [name = ''] = problem.split(' ', 1);
  const isNamed = /^[A-Z_]+$/.test(name);
  return fail(
    'settings',
    problem,
    isNamed ? `correct ${name}: README.md, "Settings", says what it can be` : 'correct it',
  );
}

/** The files that settings name. */
export async function checkFiles(config: Config): Promise<readonly Finding[]> {
  return [await checkPrices(config.pricesFile), await checkProviders(config)];
}

async function checkPrices(file: string | undefined): Promise<Finding> {
  if (file === undefined) return ok('price list', 'the built-in upper bounds');
  try {
    const reading = parsePriceList(await readFile(file, 'utf8'));
    if (reading.kind === 'prices') return ok('price list', file);
    return fail('price list', `${file}: ${reading.problems.join('; ')}`, 'correct the file; npm run prices writes one');
  } catch (error) {
    return fail('price list', reasonOf(error), 'let KEYBRAKE_PRICES_FILE name a file that can be read');
  }
}

async function checkProviders(config: Config): Promise<Finding> {
  try {
    const registry = await loadProviders(config);
    return ok('providers', [...registry.all].map(({ id }) => id).join(', '));
  } catch (error) {
    const detail = error instanceof Error ? error.message.replaceAll(/\n\s*/g, ' ') : String(error);
    return fail('providers', detail, 'correct the file: docs/providers.md says what it can hold');
  }
}

import { readConfig } from '../connection/config-file.js';
import { type ConnectionOptions, findTarget, type Target } from '../connection/connection.js';
import type { Environment } from '../environment.js';
import { asCliError } from '../failures.js';
import { checkAdminApi } from './admin-api.js';
import { checkDependencies } from './dependencies.js';
import { type Finding, fail, skipped } from './finding.js';
import { checkDataDir, checkTokenFile } from './folders.js';
import { checkGateway, checkLedger } from './processes.js';
import { checkFiles, checkSettings } from './settings.js';

/** Looks at everything that can be seen from here, and changes nothing. */
export async function examine(options: ConnectionOptions, environment: Environment): Promise<readonly Finding[]> {
  const { findings, config } = checkSettings(environment.all);
  const { target, problems } = await knownTarget(options, environment);
  const tokenFile = (await readConfig(environment.configFile).catch(() => undefined))?.tokenFile;
  const ofSettings =
    config === undefined
      ? [Promise.resolve([skipped('dependencies', 'not looked at: the settings are wrong')])]
      : [checkFiles(config), checkDependencies(config), checkLedger(config.ledger), one(checkDataDir(config.dataDir))];
  const found = await Promise.all([
    checkAdminApi(target),
    checkGateway(target.gatewayUrl, config?.gateway),
    ...ofSettings,
    checkTokenFile(tokenFile),
  ]);
  return [...findings, ...problems, ...found.flat()];
}

const one = async (finding: Promise<Finding>): Promise<readonly Finding[]> => [await finding];

async function knownTarget(options: ConnectionOptions, environment: Environment) {
  try {
    return { target: await findTarget(options, environment), problems: [] };
  } catch (error) {
    const failure = asCliError(error);
    if (failure === undefined) throw error;
    const target: Partial<Target> = {};
    return { target, problems: [fail('address and token', failure.message, 'run keybrake init')] };
  }
}

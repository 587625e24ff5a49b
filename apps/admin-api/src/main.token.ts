import { issueOperatorToken } from '@keybrake/application';
import { parseAccountId } from '@keybrake/domain';
import {
  createDigests,
  INSTALLATION_SETTINGS,
  loadConfig,
  OperatorError,
  requireInstallation,
  runMain,
  systemRuntime,
  systemSecrets,
} from '@keybrake/platform';
import { createPostgresGovernanceStore, withPool } from '@keybrake/storage';

/**
 * An admin token on standard output, of the account that is named, else of `default`; the account is made if need be. How an
 * installation is entered for the first time, and again by whoever runs it.
 */
await runMain('token', async () => {
  const config = loadConfig({ required: INSTALLATION_SETTINGS });
  const installation = requireInstallation(config);
  const [name = 'default'] = process.argv.slice(2);
  const accountId = parseAccountId(name);
  if (accountId === undefined)
    throw new OperatorError(`"${name}" is not the id of an account: lower-case letters, digits and -`);
  const onIdleError = (error: Error) => process.stderr.write(`token: ${error.message}\n`);
  const database = { url: installation.databaseUrl, applicationName: 'keybrake-token', connectionsMax: 1, onIdleError };
  const token = await withPool(database, (pool) => {
    const store = createPostgresGovernanceStore(pool);
    const digests = createDigests(installation);
    return issueOperatorToken({ store, digests, secrets: systemSecrets, runtime: systemRuntime }, accountId);
  });
  process.stdout.write(`${token}\n`);
});

import { answered } from '@keybrake/admin-client';
import { askSecret, askText, canAsk } from '../ask.js';
import type { Commands } from '../command-line.js';
import { writeConfig } from '../connection/config-file.js';
import { clientFor, parseBaseUrl } from '../connection/connection.js';
import { findLocal } from '../connection/local.js';
import { readToken } from '../connection/token.js';
import type { Context } from '../context.js';
import { usage } from '../exit-codes.js';

const DEFAULT_URL = 'http://127.0.0.1:4001';

export const initCommands: Commands = (line, run) =>
  line.command(
    'init',
    'keep an address and a token for the other commands',
    (one) =>
      one
        .option('gateway-url', { type: 'string', describe: 'where agents call, for doctor' })
        .option('data-dir', {
          type: 'string',
          default: '.keybrake',
          describe: 'where npm start or npm run cluster keeps its data',
        })
        .example('keybrake init', 'after npm start or npm run cluster: nothing is asked')
        .example('keybrake init --url https://keybrake.example --token-file token.txt', 'a server elsewhere')
        .example(
          'pass keybrake/token | keybrake init --url https://keybrake.example --token-file -',
          'the token from stdin',
        ),
    run(async (context, { gatewayUrl, dataDir }) => {
      const { url, token, ...found } = await wanted(context, dataDir);
      const client = clientFor(url, token);
      const { id } = await answered(client.GET('/v1/account'));
      const told = async () => (await answered(client.GET('/v1/installation'))).gatewayUrl;
      const config = { url, token, gatewayUrl: parseBaseUrl(gatewayUrl ?? found.gatewayUrl ?? (await told())) };
      const { configFile } = context.environment;
      const { tokenFile } = await writeConfig(configFile, config);
      const answer = { url, accountId: id, configFile, tokenFile };
      await context.show(answer, () => `${configFile}\n`);
      context.terminal.note(`Signed in to account ${id} at ${url}. The token is in ${tokenFile}.`);
    }),
  );

interface Wanted {
  readonly url: string;
  readonly token: string;
  readonly gatewayUrl: string | undefined;
}

/** What was given, else what runs here, else what the person says. */
async function wanted({ options, environment }: Context, dataDir: string): Promise<Wanted> {
  const local = await findLocal(dataDir);
  const givenUrl = options.url ?? environment.url;
  const isLocal = local !== undefined && (givenUrl === undefined || parseBaseUrl(givenUrl) === local.url);
  const url = givenUrl ?? local?.url ?? (canAsk() ? await askText('Address of the admin API', DEFAULT_URL) : undefined);
  if (url === undefined) throw usage('no address: give --url, or run it where .keybrake is (npm start)');
  const file = options.tokenFile ?? environment.tokenFile;
  const gatewayUrl = isLocal ? local.gatewayUrl : undefined;
  const token = await tokenFor(file, environment.token, isLocal ? local.token : undefined);
  return { url: parseBaseUrl(url), token, gatewayUrl };
}

async function tokenFor(
  file: string | undefined,
  text: string | undefined,
  local: string | undefined,
): Promise<string> {
  if (file !== undefined) return readToken({ file });
  if (text !== undefined) return readToken({ text, from: 'KEYBRAKE_TOKEN' });
  if (local !== undefined) return readToken({ text: local, from: 'the file that npm start wrote' });
  if (!canAsk()) throw usage('no token: give --token-file (- for stdin), or set KEYBRAKE_TOKEN');
  return readToken({ text: await askSecret('Token'), from: 'what you typed' });
}

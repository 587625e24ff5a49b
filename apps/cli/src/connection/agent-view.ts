import type { AgentViewAnswer, AgentViewQuestion, AskAgentView } from '@keybrake/mcp';
import type { Environment } from '../environment.js';
import { CliError, EXIT } from '../exit-codes.js';
import { readConfig } from './config-file.js';
import { parseBaseUrl } from './connection.js';
import { readToken, sourceOf } from './token.js';

const GATEWAY_DEFAULT = 'http://127.0.0.1:4000';
const TIMEOUT_MS = 10_000;

/** Asks the gateway with the vault key of the environment. Throws when there is none, with what to do. */
export async function openAgentView(gatewayUrl: string | undefined, environment: Environment): Promise<AskAgentView> {
  const source = sourceOf('KEYBRAKE_VAULT_KEY', environment.vaultKey, environment.vaultKeyFile);
  if (source === undefined) {
    throw new CliError(EXIT.notAllowed, 'no vault key: set KEYBRAKE_VAULT_KEY or KEYBRAKE_VAULT_KEY_FILE');
  }
  const vaultKey = await readToken(source);
  const given = gatewayUrl ?? environment.gatewayUrl ?? (await readConfig(environment.configFile))?.gatewayUrl;
  const baseUrl = parseBaseUrl(given ?? GATEWAY_DEFAULT);
  return (question) => ask(baseUrl, vaultKey, question);
}

async function ask(baseUrl: string, vaultKey: string, question: AgentViewQuestion): Promise<AgentViewAnswer> {
  const { method, path, runId, body } = question;
  try {
    const response = await fetch(`${baseUrl}/_keybrake/${path}`, {
      method,
      headers: { authorization: `Bearer ${vaultKey}`, ...(runId !== undefined && { 'keybrake-run-id': runId }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    throw new Error(`The gateway at ${baseUrl} gave no answer. Nothing was spent; ask again later.`);
  }
}

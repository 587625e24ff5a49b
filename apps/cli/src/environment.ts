import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the client is told by its environment. */
export interface Environment {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** An agent's own, for `mcp`. */
  readonly vaultKey: string | undefined;
  readonly vaultKeyFile: string | undefined;
  readonly gatewayUrl: string | undefined;
  /** Where `init` writes and every command reads. */
  readonly configFile: string;
  /** Every variable, for `doctor`, which looks at the settings of the processes. */
  readonly all: Readonly<Record<string, string | undefined>>;
}

type Variables = Readonly<Record<string, string | undefined>>;

const given = (text: string | undefined) => (text === '' ? undefined : text);

/** The only reader of the client's environment; an empty variable counts as absent. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const folder = given(variables.XDG_CONFIG_HOME) ?? join(homedir(), '.config');
  return {
    url: given(variables.KEYBRAKE_URL),
    token: given(variables.KEYBRAKE_TOKEN),
    tokenFile: given(variables.KEYBRAKE_TOKEN_FILE),
    vaultKey: given(variables.KEYBRAKE_VAULT_KEY),
    vaultKeyFile: given(variables.KEYBRAKE_VAULT_KEY_FILE),
    gatewayUrl: given(variables.KEYBRAKE_GATEWAY_URL),
    configFile: given(variables.KEYBRAKE_CLI_CONFIG) ?? join(folder, 'keybrake', 'cli.json'),
    all: variables,
  };
}

/** The completion library chooses its script by the name of the person's shell alone. */
export function pretendShell(shell: 'bash' | 'zsh'): void {
  process.env.SHELL = `/bin/${shell}`;
  delete process.env.ZSH_NAME;
}

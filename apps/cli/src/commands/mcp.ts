import type { Commands } from '../command-line.js';

export const mcpCommands: Commands = (line, run) =>
  line.command(
    'mcp',
    'serve an agent its own budget as tools of the Model Context Protocol, over stdio',
    (one) =>
      one
        .option('gateway-url', { type: 'string', describe: 'address of the gateway; KEYBRAKE_GATEWAY_URL' })
        .example('keybrake mcp', 'with the vault key in KEYBRAKE_VAULT_KEY or KEYBRAKE_VAULT_KEY_FILE'),
    run(async ({ environment, signal }, { gatewayUrl }) => {
      // Only here: the SDK takes a while to load.
      const [{ serveStdio }, { openAgentView }] = await Promise.all([
        import('@keybrake/mcp'),
        import('../connection/agent-view.js'),
      ]);
      await serveStdio(await openAgentView(gatewayUrl, environment), signal);
    }),
  );

import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { AskAgentView } from './agent-view-question.js';
import { createMcpServer } from './mcp-server.js';

/** Serves the client that started this process, until it closes stdin or `signal` is aborted. stdout is the protocol's. */
export async function serveStdio(ask: AskAgentView, signal: AbortSignal): Promise<void> {
  const server = createMcpServer(ask);
  // The transport itself does not notice that its client has gone.
  const gone = once(process.stdin, 'close', { signal });
  await server.connect(new StdioServerTransport());
  try {
    await gone;
  } finally {
    await server.close();
  }
}

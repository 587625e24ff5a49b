import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { AskAgentView } from './agent-view-question.js';
import { createMcpServer } from './mcp-server.js';

/** One POST of the streamable HTTP transport. No session: each request stands for itself, at any gateway. */
export async function answerMcp(ask: AskAgentView, request: Request): Promise<Response> {
  const server = createMcpServer(ask);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  try {
    await server.connect(transport);
    return await transport.handleRequest(request);
  } finally {
    await server.close();
  }
}

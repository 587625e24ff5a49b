import { childBody, runId } from '@keybrake/wire';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { AgentViewQuestion, AskAgentView } from './agent-view-question.js';
import { matchingOperations } from './matching-operations.js';

const NAME = { name: 'keybrake', title: 'Keybrake', version: '0.1.0' };

const INSTRUCTIONS =
  'What your vault key may spend and call. Ask get_budget before work that costs money. After a refusal, ask ' +
  'explain_denial with the id in its header Keybrake-Decision-Id: making the same call again will not help.';

const READS = { readOnlyHint: true, openWorldHint: false };
const decisionId = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be the id in the header Keybrake-Decision-Id');

/** The agent view as tools. Each call of a tool is one question; what the key may not do is refused there, not here. */
export function createMcpServer(ask: AskAgentView): McpServer {
  const server = new McpServer(NAME, { instructions: INSTRUCTIONS });

  server.registerTool(
    'get_budget',
    {
      title: 'What is left to spend',
      description:
        'Every cap that the next call must fit, the tightest first: limit, committed, held and available amounts as text ' +
        'of minor units (cents for usd), and when it resets. Also the per-call maximum and what each call must name.',
      inputSchema: { runId: runId.optional().describe('to see the caps of that run too') },
      annotations: READS,
    },
    (input) => answered(ask, { method: 'GET', path: 'budget', runId: input.runId }),
  );

  server.registerTool(
    'list_allowed_operations',
    {
      title: 'What may be called',
      description:
        'The endpoints that the key may call; every other is refused. `total` tells how many there are: narrow with ' +
        '`contains` where not all are shown.',
      inputSchema: {
        contains: z.string().max(100).optional().describe('part of an operation or endpoint: refunds, /v1/charges'),
      },
      annotations: READS,
    },
    ({ contains }) =>
      answered(ask, { method: 'GET', path: 'operations' }, (body) => matchingOperations(body, contains)),
  );

  server.registerTool(
    'explain_denial',
    {
      title: 'Why a call was refused',
      description:
        'What was decided of a call of this key, or of a key minted from it, by which rule, and what to do about it.',
      inputSchema: { decisionId: decisionId.describe('header Keybrake-Decision-Id of the refusal') },
      annotations: READS,
    },
    (input) => answered(ask, { method: 'GET', path: `decisions/${input.decisionId}` }),
  );

  server.registerTool(
    'mint_run_key',
    {
      title: 'Make a key for one run',
      description:
        'A vault key for one run, shown once, that can do and spend no more than this one; what it spends counts here too. ' +
        'Give narrower caps (limitMinor is text of minor units), fewer operations or a sooner expiry.',
      inputSchema: { ...childBody.shape, runId: runId.optional().describe('may be left out by a key of one run') },
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    },
    (body) => answered(ask, { method: 'POST', path: 'children', body }),
  );
  return server;
}

/** JSON both as data and as text, for clients that only show text. A refusal is an answer that the model can act on. */
async function answered(
  ask: AskAgentView,
  question: AgentViewQuestion,
  shown: (body: unknown) => unknown = (body) => body,
): Promise<CallToolResult> {
  const { status, body } = await ask(question);
  const isError = status >= 400;
  const value = isError ? body : shown(body);
  const result: CallToolResult = { content: [{ type: 'text', text: JSON.stringify(value) }], isError };
  return isError ? result : { ...result, structuredContent: value as Record<string, unknown> };
}

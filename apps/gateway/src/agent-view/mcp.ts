import type { IncomingCall } from '@keybrake/application';
import { type AskAgentView, answerMcp } from '@keybrake/mcp';
import { type AgentAnswer, PREFIX } from './answers.js';

/** What the transport reads; the vault key and all else that a client sends stay here. */
const PROTOCOL_HEADERS = ['accept', 'content-type', 'mcp-protocol-version'];
const utf8 = new TextDecoder();

/** The same questions as tools of the Model Context Protocol, asked with the key that the request came with. */
export async function answerAsMcp(
  call: IncomingCall,
  agentView: (call: IncomingCall) => Promise<AgentAnswer>,
): Promise<AgentAnswer> {
  const ask: AskAgentView = async ({ method, path, runId, body }) => {
    const headers = runId === undefined ? call.headers : { ...call.headers, 'keybrake-run-id': [runId] };
    const asked = new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body));
    const answered = await agentView({ ...call, method, target: `${PREFIX}${path}`, headers, body: asked });
    return { status: answered.status, body: JSON.parse(utf8.decode(answered.body)) };
  };
  const response = await answerMcp(ask, requestOf(call));
  const headers = { ...Object.fromEntries(response.headers), 'cache-control': 'no-store' };
  return { status: response.status, headers, body: new Uint8Array(await response.arrayBuffer()) };
}

function requestOf({ method, target, headers, body }: IncomingCall): Request {
  const told = PROTOCOL_HEADERS.flatMap((name) =>
    (headers[name] ?? []).map((value): [string, string] => [name, value]),
  );
  return new Request(new URL(target, 'http://gateway'), { method, headers: told, body: Buffer.from(body) });
}

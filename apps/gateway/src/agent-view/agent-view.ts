import {
  type BudgetPorts,
  budgetOf,
  type DecisionPorts,
  DependencyUnavailable,
  decisionOf,
  GovernanceError,
  type IncomingCall,
  type KeyPorts,
  mintChild,
  type Standing,
  type StandingPorts,
  standingOf,
} from '@keybrake/application';
import { describeRefusal, type Refusal } from '@keybrake/domain';
import { refusalStatus, shownCode } from '@keybrake/providers';
import { childBody, toChildDraft, vaultKeyView } from '@keybrake/wire';
import { type AgentAnswer, answer, failure, governanceFailure, invalidBody, PREFIX } from './answers.js';
import { answerAsMcp } from './mcp.js';
import { budgetView, decisionView, operationsView } from './views.js';

export type AgentViewPorts = StandingPorts & BudgetPorts & DecisionPorts & KeyPorts;
type Live = Extract<Standing, { kind: 'live' }>;
type Route = (ports: AgentViewPorts, live: Live, call: IncomingCall, id: string) => Promise<AgentAnswer>;

export const isAgentView = ({ target }: IncomingCall): boolean => target.startsWith(PREFIX);

const ROUTES: Readonly<Record<string, Route>> = {
  'GET budget': async (ports, live) => answer(200, budgetView(live, await budgetOf(ports, live.record, live.runId))),
  'GET operations': async ({ providers }, { record }) => answer(200, operationsView(providers, record)),
  'GET decisions/:id': async (ports, live, _call, id) => {
    const entry = await decisionOf(ports, live.record, id);
    return entry === undefined ? notRecorded(id) : answer(200, decisionView(entry));
  },
  'POST children': mint,
  'POST mcp': (ports, _live, call) => answerAsMcp(call, createAgentView(ports)),
};

/** What an agent may see of its own key, and the keys that it may make for its runs. JSON, whatever its provider speaks. */
export function createAgentView(ports: AgentViewPorts): (call: IncomingCall) => Promise<AgentAnswer> {
  return async (call) => {
    try {
      if (call.unreadable !== undefined) return failure(400, 'invalid_request', call.unreadable);
      const found = routeOf(call);
      if (typeof found !== 'function') return found;
      const standing = await standingOf(ports, call);
      return standing.kind === 'refused' ? refusedAnswer(standing.refusal) : await found(ports, standing);
    } catch (error) {
      if (error instanceof GovernanceError) return governanceFailure(error);
      if (error instanceof DependencyUnavailable) return unavailable(error.dependency);
      throw error;
    }
  };
}

function routeOf(call: IncomingCall): ((ports: AgentViewPorts, live: Live) => Promise<AgentAnswer>) | AgentAnswer {
  const path = call.target.slice(PREFIX.length).split('?', 1)[0] ?? '';
  const [, id = ''] = /^decisions\/([A-Za-z0-9_-]{1,100})$/.exec(path) ?? [];
  const shape = id === '' ? path : 'decisions/:id';
  const route = ROUTES[`${call.method} ${shape}`];
  if (route !== undefined) return (ports, live) => route(ports, live, call, id);
  const methods = ['GET', 'POST'].filter((method) => ROUTES[`${method} ${shape}`] !== undefined);
  if (methods.length > 0) return failure(405, 'method_not_allowed', `Use ${methods.join(' or ')}.`);
  return failure(404, 'not_found', 'There are GET budget, operations and decisions/{id}, and POST children and mcp.');
}

/** A key for one run: never wider than the key that asks, and dead with it (R7). */
async function mint(ports: AgentViewPorts, { record, isFrozen }: Live, call: IncomingCall): Promise<AgentAnswer> {
  if (isFrozen) return refusedAnswer({ code: 'account_frozen' });
  const { key } = record;
  const read = childBody.safeParse(jsonOf(call.body, key.boundRunId));
  if (!read.success) return invalidBody(read.error);
  const actor = { accountId: key.accountId, name: `vault_key:${key.id}` };
  const { stored, vaultKey } = await mintChild(ports, actor, key.id, toChildDraft(read.data));
  return answer(201, { ...vaultKeyView(stored), vaultKey });
}

/** A key that speaks for one run need not name it again. */
function jsonOf(body: Uint8Array, boundRunId: string | undefined): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (boundRunId === undefined || typeof value !== 'object' || value === null) return value;
    return { runId: boundRunId, ...value };
  } catch {
    return undefined;
  }
}

function refusedAnswer(refusal: Refusal): AgentAnswer {
  return failure(refusalStatus(refusal.code, 409), shownCode(refusal.code), describeRefusal(refusal));
}

function notRecorded(id: string): AgentAnswer {
  return failure(404, 'not_found', `No call of this key is recorded as ${id}; a new one is there within a second.`);
}

function unavailable(dependency: string): AgentAnswer {
  const { status, headers, body } = failure(503, 'unavailable', `${dependency} is not available. Retry later.`);
  return { status, body, headers: { ...headers, 'retry-after': '1' } };
}

import { usage } from '../exit-codes.js';

/** The filters that searching, exporting and watching share, by the names that the API gives them. */
export const auditFilters = {
  key: { type: 'string', alias: 'k', describe: 'id of a vault key' },
  run: { type: 'string', alias: 'r', describe: 'run id' },
  'agent-type': { type: 'string', alias: 'a', describe: 'agent type' },
  provider: { type: 'string', describe: 'such as stripe' },
  operation: { type: 'string', describe: 'such as charges:write' },
  decision: { choices: ['allowed', 'denied', 'replayed'] as const, describe: 'what Keybrake decided' },
  from: { type: 'string', describe: 'from this time on, or so long ago: 2026-11-25T00:00:00Z, 90m, 7d' },
  to: { type: 'string', describe: 'before this time' },
  where: {
    type: 'string',
    array: true,
    describe: 'any other filter of the API, such as state=open or rule=cap',
  },
} as const;

export interface AuditFilters {
  readonly key?: string | undefined;
  readonly run?: string | undefined;
  readonly agentType?: string | undefined;
  readonly provider?: string | undefined;
  readonly operation?: string | undefined;
  readonly decision?: 'allowed' | 'denied' | 'replayed' | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly where?: readonly string[] | undefined;
}

/** The query that the API is asked with. */
export function toAuditQuery(filters: AuditFilters, nowMs: number): Readonly<Record<string, string>> {
  const { key, run, agentType, provider, operation, decision, from, to, where = [] } = filters;
  const named = {
    vaultKeyId: key,
    runId: run,
    agentType,
    provider,
    operation,
    decision,
    from: from === undefined ? undefined : toInstant(from, nowMs),
    to: to === undefined ? undefined : toInstant(to, nowMs),
  };
  const given = Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries([...given, ...where.map(toPair)]);
}

function toPair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`--where ${text} is not name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `7d` is so long before now; anything else goes to the API as it is, which knows what an instant is. */
function toInstant(text: string, nowMs: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  if (count === undefined || unitMs === undefined) return text;
  return new Date(nowMs - Number(count) * unitMs).toISOString();
}

import type { CallBalance, CallLife } from '../../api/report-types.ts';
import { formatTime } from '../../format/time.ts';

const SCOPES = { run: 'run', key: 'key', agent_type: 'agent type', account: 'account' };
const DIRECTIONS = { any: '', in: ', money in', out: ', money out' };

/** Which cap a balance is of: `key k1, day 2026-11-25`. */
export const balanceName = ({ scope, scopeId, window, windowId, direction }: CallBalance): string =>
  `${SCOPES[scope]} ${scopeId}, ${windowName(window, windowId)}${DIRECTIONS[direction]}`;

function windowName(window: CallBalance['window'], windowId: string): string {
  if (window === 'total') return 'in total';
  if (window !== 'rolling_24h') return `${window} ${windowId}`;
  return `24 hours, the quarter of an hour from ${formatTime(new Date(Number(windowId)).toISOString())}`;
}

export const PHASES: Readonly<Record<CallLife['phases'][number]['name'], string>> = {
  parse: 'Parse and policy',
  price: 'Look up the price',
  reserve: 'Reserve',
  record: 'Record in the log',
  launch: 'Launch',
  forward: 'Provider',
};

export const RELATIONS: Readonly<Record<CallLife['related'][number]['relation'], string>> = {
  replay: 'Replay of this call',
  original: 'The call whose answer this one got',
  look_up: 'Looked up to price this call',
  looked_up_for: 'The call that this was looked up for',
};

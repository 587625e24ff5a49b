import { parseRunId, type RunId } from '@keybrake/domain';
import type { RequestProblem } from '@keybrake/providers';
import type { Caller } from './authenticate.js';
import type { IncomingCall } from './call.js';

/** The run that a caller speaks for: by the header, else appended to the key, else bound to it. */
export function runIdOf(
  { headers }: Pick<IncomingCall, 'headers'>,
  { presented, record }: Caller,
): RunId | undefined | RequestProblem {
  const text = headers['keybrake-run-id']?.[0];
  if (text === undefined) return presented.runId ?? record.key.boundRunId;
  return parseRunId(text) ?? { invalid: 'Keybrake-Run-Id must be 1 to 128 letters, digits and . _ : - characters.' };
}

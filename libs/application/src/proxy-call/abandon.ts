import type { AdmittedCall, ProxyCallPorts } from './call.js';
import { spendReleased } from './record.js';

/**
 * Gives back a reservation that this process did not and will not forward; only its owner knows that. Goes on after
 * the answer. Where the log can't take the release, the store remembers it and the janitor appends it later.
 */
export function abandon(ports: ProxyCallPorts, call: AdmittedCall, detail: string): void {
  const { admission, log, runtime, unfinished } = ports;
  const event = spendReleased(runtime, call, call.reservationId, 'not_launched', detail);
  const release = async () => {
    const recorded = await log.append(call.accountId, [event]).then(
      () => true,
      () => false,
    );
    await admission.settle(call, { kind: 'released', recorded });
  };
  unfinished.keep('release of a reservation that was not launched', release());
}

import type { ProxyCallPorts } from '@keybrake/application';

/** Where a gateway can be made to fail: before and after each step that another process sees. */
export const FAULT_STEPS = ['reserve', 'record', 'launch', 'send', 'record-outcome', 'settle'] as const;
export type FaultStep = (typeof FAULT_STEPS)[number];
export type FaultPoint = `${'before' | 'after'}-${FaultStep}`;

export const FAULT_POINTS: readonly FaultPoint[] = FAULT_STEPS.flatMap((step): FaultPoint[] => [
  `before-${step}`,
  `after-${step}`,
]);

/** What happens when a call reaches a point: for instance the end of this process. */
export type FaultAction = (point: FaultPoint) => void | Promise<void>;

/** Wraps the ports of the call path, so that the path itself knows nothing of faults. */
export function withFaults(ports: ProxyCallPorts, reached: FaultAction): ProxyCallPorts {
  const around = async <T>(step: FaultStep, work: () => Promise<T>): Promise<T> => {
    await reached(`before-${step}`);
    const result = await work();
    await reached(`after-${step}`);
    return result;
  };
  const { admission, log, upstream } = ports;
  return {
    ...ports,
    admission: {
      reserve: (command) => around('reserve', () => admission.reserve(command)),
      launch: (command) => around('launch', () => admission.launch(command)),
      settle: (ref, settlement) => around('settle', () => admission.settle(ref, settlement)),
      adopt: (command) => admission.adopt(command),
      trueUp: (ref, actualMicros) => admission.trueUp(ref, actualMicros),
      awaitApproval: (ref) => admission.awaitApproval(ref),
      decideApproval: (ref, decision) => admission.decideApproval(ref, decision),
      markInDoubt: (ref) => admission.markInDoubt(ref),
      putKey: (key) => admission.putKey(key),
      setAccountFrozen: (accountId, frozen) => admission.setAccountFrozen(accountId, frozen),
      putPolicyVersion: (accountId, policyId, version) => admission.putPolicyVersion(accountId, policyId, version),
    },
    log: {
      append: (accountId, events) => {
        const opens = events.some((event) => event.type === 'SpendReserved');
        const ends = events.some((event) => event.type === 'SpendCommitted' || event.type === 'SpendReleased');
        if (!opens && !ends) return log.append(accountId, events);
        return around(opens ? 'record' : 'record-outcome', () => log.append(accountId, events));
      },
    },
    upstream: {
      send: (provider, request) => around('send', () => upstream.send(provider, request)),
      stream: (provider, request) => around('send', () => upstream.stream(provider, request)),
    },
  };
}

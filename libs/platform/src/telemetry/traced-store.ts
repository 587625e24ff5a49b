import type { AdmissionStore, EventAppender } from '@keybrake/application';
import { SpanKind, type Tracer } from '@opentelemetry/api';
import { ATTR_DB_OPERATION_NAME, ATTR_DB_SYSTEM_NAME } from '@opentelemetry/semantic-conventions';
import {
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '@opentelemetry/semantic-conventions/incubating';
import { inSpan } from './tracing.js';

/** What the log is called in traces. */
export interface TracedLog {
  readonly system: 'kafka' | 'postgresql';
  readonly destination: string;
}

/** What a profile's parts are called in traces. */
export interface TracedParts {
  readonly admission: 'redis' | 'postgresql';
  readonly log: TracedLog;
}

/** A span's kind and attributes for one operation of a store; no key, amount or statement is told. */
export const inStore = (system: string, operation: string) => ({
  kind: SpanKind.CLIENT,
  attributes: { [ATTR_DB_SYSTEM_NAME]: system, [ATTR_DB_OPERATION_NAME]: operation },
});

/** Each step of the admission store as a span below the active one. */
export function tracedAdmission(
  admission: AdmissionStore,
  system: TracedParts['admission'],
  tracer: Tracer,
): AdmissionStore {
  const step = <T>(operation: string, work: () => Promise<T>) =>
    inSpan(tracer, `admission ${operation}`, inStore(system, operation), work);
  return {
    reserve: (command) => step('reserve', () => admission.reserve(command)),
    launch: (command) => step('launch', () => admission.launch(command)),
    adopt: (command) => step('adopt', () => admission.adopt(command)),
    settle: (ref, settlement) => step('settle', () => admission.settle(ref, settlement)),
    trueUp: (ref, actualMicros) => step('true_up', () => admission.trueUp(ref, actualMicros)),
    awaitApproval: (ref) => step('await_approval', () => admission.awaitApproval(ref)),
    decideApproval: (ref, decision) => step('decide_approval', () => admission.decideApproval(ref, decision)),
    markInDoubt: (ref) => step('mark_in_doubt', () => admission.markInDoubt(ref)),
    putKey: (key) => step('put_key', () => admission.putKey(key)),
    setAccountFrozen: (accountId, frozen) =>
      step('set_account_frozen', () => admission.setAccountFrozen(accountId, frozen)),
    putPolicyVersion: (accountId, policyId, version) =>
      step('put_policy_version', () => admission.putPolicyVersion(accountId, policyId, version)),
  };
}

/** Each append as a span below the active one: its context goes with the records, so that their fold stands below it. */
export function tracedAppends(log: EventAppender, { system, destination }: TracedLog, tracer: Tracer): EventAppender {
  return {
    append: (accountId, events) => {
      const attributes = {
        [ATTR_MESSAGING_SYSTEM]: system,
        [ATTR_MESSAGING_OPERATION_NAME]: 'send',
        [ATTR_MESSAGING_OPERATION_TYPE]: 'send',
        [ATTR_MESSAGING_DESTINATION_NAME]: destination,
        [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: events.length,
        'keybrake.events': events.map(({ type }) => type),
      };
      const options = { kind: SpanKind.PRODUCER, attributes };
      return inSpan(tracer, `send ${destination}`, options, () => log.append(accountId, events));
    },
  };
}

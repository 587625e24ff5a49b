import type { CallAnswer, CallObserver, CallSummary, IncomingCall, ProxyCallPorts } from '@keybrake/application';
import { contextOf, inSpan } from '@keybrake/platform';
import { type Attributes, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
} from '@opentelemetry/semantic-conventions';
import {
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '@opentelemetry/semantic-conventions/incubating';

type ProxyCall = (incoming: IncomingCall) => Promise<CallAnswer>;

/** What a profile's parts are called in traces. */
export interface TracedParts {
  readonly admission: 'redis' | 'postgresql';
  readonly log: { readonly system: 'kafka' | 'postgresql'; readonly destination: string };
}

/** Around the ports of the call path, so that the path itself knows nothing of traces. No key, body or header is told. */
export function tracedPorts(ports: ProxyCallPorts, parts: TracedParts, tracer: Tracer): ProxyCallPorts {
  const { admission, log, upstream, directory, archive } = ports;
  const inStore = (system: string, operation: string) => ({
    kind: SpanKind.CLIENT,
    attributes: { [ATTR_DB_SYSTEM_NAME]: system, [ATTR_DB_OPERATION_NAME]: operation },
  });
  const step = <T>(operation: string, work: () => Promise<T>) =>
    inSpan(tracer, `admission ${operation}`, inStore(parts.admission, operation), work);
  const read = <T>(operation: string, work: () => Promise<T>) =>
    inSpan(tracer, operation, inStore('postgresql', operation), work);
  const sending = (method: string, provider: string) => ({
    kind: SpanKind.CLIENT,
    attributes: { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_SERVER_ADDRESS]: provider },
  });
  return {
    ...ports,
    admission: {
      reserve: (command) => step('reserve', () => admission.reserve(command)),
      launch: (command) => step('launch', () => admission.launch(command)),
      adopt: (command) => step('adopt', () => admission.adopt(command)),
      settle: (ref, settlement) => step('settle', () => admission.settle(ref, settlement)),
      awaitApproval: (ref) => step('await_approval', () => admission.awaitApproval(ref)),
      markInDoubt: (ref) => step('mark_in_doubt', () => admission.markInDoubt(ref)),
      // The call path asks for none of these.
      decideApproval: (ref, decision) => admission.decideApproval(ref, decision),
      trueUp: (ref, actualMicros) => admission.trueUp(ref, actualMicros),
      putKey: (key) => admission.putKey(key),
      setAccountFrozen: (accountId, frozen) => admission.setAccountFrozen(accountId, frozen),
      putPolicyVersion: (accountId, policyId, version) => admission.putPolicyVersion(accountId, policyId, version),
    },
    log: {
      append: (accountId, events) => {
        const { system, destination } = parts.log;
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
    },
    upstream: {
      send: (provider, request) =>
        inSpan(tracer, request.method, sending(request.method, provider), async (span) => {
          const answer = await upstream.send(provider, request);
          if (answer.kind === 'answered') span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, answer.response.status);
          return answer;
        }),
      stream: (provider, request) =>
        inSpan(tracer, request.method, sending(request.method, provider), () => upstream.stream(provider, request)),
    },
    directory: {
      find: (accountId, keyId) => read('find vault key', () => directory.find(accountId, keyId)),
      forget: (accountId, keyId) => directory.forget(accountId, keyId),
      openCredential: (accountId, id) => directory.openCredential(accountId, id),
    },
    archive: {
      find: (accountId, id) => read('find answer', () => archive.find(accountId, id)),
      madeBy: (accountId, id) => read('find made object', () => archive.madeBy(accountId, id)),
      reservedFor: (accountId, id) => read('find reserved amount', () => archive.reservedFor(accountId, id)),
      countedFor: (accountId, provider, id) =>
        read('find counted amount', () => archive.countedFor(accountId, provider, id)),
    },
  };
}

/** The whole call as a server span, below the caller's own where it names one. */
export function tracedCall(proxyCall: ProxyCall, tracer: Tracer): ProxyCall {
  return (incoming) => {
    const { method, headers } = incoming;
    const options = { kind: SpanKind.SERVER, attributes: { [ATTR_HTTP_REQUEST_METHOD]: method } };
    const work = () => proxyCall(incoming);
    return inSpan(tracer, method, options, work, contextOf(headers.traceparent?.[0]));
  };
}

/** Says of the active call's span what became of it. */
export function tracedObserver(observer: CallObserver): CallObserver {
  return {
    ...observer,
    finished: (summary) => {
      tell(summary);
      observer.finished(summary);
    },
  };
}

function tell({ provider, operation, endpoint, decision, rule, status }: CallSummary): void {
  const span = trace.getActiveSpan();
  if (span === undefined) return;
  const route = operation === 'unknown' ? undefined : endpoint.split(' ', 2)[1];
  if (route !== undefined) span.updateName(endpoint);
  const told: Attributes = {
    [ATTR_HTTP_ROUTE]: route,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
    'keybrake.provider': provider,
    'keybrake.operation': operation,
    'keybrake.decision': decision,
    'keybrake.rule': rule,
  };
  span.setAttributes(told);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

import type { CallAnswer, CallObserver, CallSummary, IncomingCall, ProxyCallPorts } from '@keybrake/application';
import { contextOf, inSpan, inStore, type TracedParts, tracedAdmission, tracedAppends } from '@keybrake/platform';
import { type Attributes, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
} from '@opentelemetry/semantic-conventions';

type ProxyCall = (incoming: IncomingCall) => Promise<CallAnswer>;

/** Around the ports of the call path, so that the path itself knows nothing of traces. No key, body or header is told. */
export function tracedPorts(ports: ProxyCallPorts, parts: TracedParts, tracer: Tracer): ProxyCallPorts {
  const { upstream, directory, archive } = ports;
  const read = <T>(operation: string, work: () => Promise<T>) =>
    inSpan(tracer, operation, inStore('postgresql', operation), work);
  const sending = (method: string, provider: string) => ({
    kind: SpanKind.CLIENT,
    attributes: { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_SERVER_ADDRESS]: provider },
  });
  return {
    ...ports,
    admission: tracedAdmission(ports.admission, parts.admission, tracer),
    log: tracedAppends(ports.log, parts.log, tracer),
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

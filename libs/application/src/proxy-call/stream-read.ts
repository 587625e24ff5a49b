import type { OutgoingRequest } from '@keybrake/providers';
import { allowedAnswer, type CallReport, refusalAnswer } from './answer.js';
import type { AdmittedCall, CallAnswer, ProxyCallPorts, ProxyCallSettings } from './call.js';
import { finish, recordOutcome } from './finish.js';
import { upstreamFacts } from './forward.js';
import { spendCommitted, spendReleased } from './record.js';

/** Phases 4 to 7 of a read: the answer passes through as it comes; its end is recorded behind it. Nothing is cached. */
export async function streamRead(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  call: AdmittedCall,
  request: OutgoingRequest,
  report: CallReport,
): Promise<CallAnswer> {
  const sentAtMs = ports.runtime.nowMs();
  const sent = await ports.upstream.stream(call.provider.id, request);
  const latencyMs = ports.runtime.nowMs() - sentAtMs;
  call.watch.ended('forward');
  report.upstream(latencyMs);
  if (sent.kind !== 'answered') {
    // A read that failed changed nothing, whether or not it arrived.
    const finished = await finish(ports, settings, call, { kind: 'not_sent', detail: sent.detail }, latencyMs);
    if (finished.kind === 'refused') return refusalAnswer(report, finished.refusal, finished.decision);
    throw new Error('a read without an answer was answered');
  }
  const { response } = sent;
  const facts = upstreamFacts(call, response, latencyMs);
  const event =
    response.status === 401 || response.status === 429
      ? spendReleased(ports.runtime, call, call.reservationId, 'provider_refused', undefined, facts)
      : spendCommitted(ports.runtime, call, call.reservationId, 0n, facts, { sealedResponse: undefined });
  const body = (async function* () {
    try {
      yield* response.body;
    } finally {
      // Also when the caller hung up: the read happened.
      ports.unfinished.keep('recording a read', recordOutcome(ports, call, event).settled);
    }
  })();
  return { ...allowedAnswer(report, { ...response, body: new Uint8Array() }, true), body };
}

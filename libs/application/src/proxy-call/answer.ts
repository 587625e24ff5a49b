import { minorRoundedDown, type Refusal, type ReservationId } from '@keybrake/domain';
import type { Provider } from '@keybrake/providers';
import type { CallSummary } from '../ports/call-observer.js';
import type { UpstreamResponse } from '../ports/upstream.js';
import type { AdmittedCall, CallAnswer, ProxyCallPorts, ReadCall } from './call.js';
import { PhaseWatch } from './phase-watch.js';

/** What is known of a call so far, so that its one summary is true wherever it ends. */
export interface CallReport {
  readonly watch: PhaseWatch;
  read(call: ReadCall): void;
  admitted(call: AdmittedCall): void;
  upstream(durationMs: number): void;
  provider(): Provider;
  reservation(): AdmittedCall | undefined;
  finish(decision: CallSummary['decision'], status: number, refusal?: Refusal): void;
}

export function createReport(ports: Pick<ProxyCallPorts, 'runtime' | 'observer'>, dialect: Provider): CallReport {
  const watch = new PhaseWatch(ports.runtime);
  let call: ReadCall | undefined;
  let reservation: AdmittedCall | undefined;
  let upstreamMs = 0;
  return {
    watch,
    read: (next) => {
      call = next;
    },
    admitted: (next) => {
      reservation = next;
    },
    upstream: (durationMs) => {
      upstreamMs = durationMs;
    },
    provider: () => call?.provider ?? dialect,
    reservation: () => reservation,
    finish: (decision, status, refusal) => {
      const operation = call?.operation;
      ports.observer.finished({
        provider: (call?.provider ?? dialect).id,
        operation: operation === undefined ? 'unknown' : `${operation.resource}:${operation.action}`,
        endpoint: call?.endpoint ?? '',
        decision,
        rule: refusal?.code,
        status,
        totalMs: ports.runtime.nowMs() - watch.startedAtMs,
        upstreamMs,
        phasesMs: watch.times().phasesMs,
        isDuplicate: reservation?.duplicateOf !== undefined,
        shadowRule: reservation?.shadowRefusal?.code,
        vaultKeyId: call?.record.key.id,
      });
    },
  };
}

/** `decisionId`: under what the audit has it, for a denial that was recorded. */
export function refusalAnswer(
  report: CallReport,
  refusal: Refusal,
  decision: CallSummary['decision'],
  decisionId?: ReservationId,
): CallAnswer {
  const rendered = report.provider().renderRefusal(refusal);
  report.finish(decision, rendered.status, refusal);
  const headers = {
    ...rendered.headers,
    ...(decisionId === undefined ? {} : { 'keybrake-decision-id': decisionId }),
    ...reservationHeader(report.reservation()?.reservationId),
  };
  return { status: rendered.status, headers, body: new TextEncoder().encode(rendered.body) };
}

/** The provider's own status, headers and body, with ours beside them. */
export function allowedAnswer(report: CallReport, response: UpstreamResponse, recorded: boolean): CallAnswer {
  report.finish('forwarded', response.status);
  const call = report.reservation();
  const headers: Record<string, string> = {
    ...passedBack(report.provider(), response.headers),
    ...reservationHeader(call?.reservationId),
    'keybrake-decision': 'allowed',
  };
  if (call?.duplicateOf !== undefined) headers['keybrake-duplicate-of'] = call.duplicateOf;
  if (call?.shadowRefusal !== undefined) headers['keybrake-would-deny'] = call.shadowRefusal.code;
  if (!recorded) headers['keybrake-audit'] = 'pending';
  if (call?.remainingMicros !== undefined && call.verdict.kind === 'allowed' && call.verdict.amount !== undefined) {
    const { currency } = call.verdict.amount;
    headers['keybrake-budget-remaining'] = `${minorRoundedDown(call.remainingMicros, currency)} ${currency}`;
  }
  return { status: response.status, headers, body: response.body };
}

export function replayAnswer(
  report: CallReport,
  reservationId: ReservationId,
  stored: { readonly response: UpstreamResponse },
): CallAnswer {
  const { response } = stored;
  report.finish('replayed', response.status);
  const headers = {
    ...passedBack(report.provider(), response.headers),
    ...reservationHeader(reservationId),
    'keybrake-decision': 'replayed',
    'idempotent-replayed': 'true',
  };
  return { status: response.status, headers, body: response.body };
}

function passedBack(provider: Provider, headers: Readonly<Record<string, string>>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of provider.responseHeaders) {
    const value = headers[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

function reservationHeader(reservationId: ReservationId | undefined): Record<string, string> {
  return reservationId === undefined ? {} : { 'keybrake-reservation-id': reservationId };
}

import type { CallObserver, CallSummary } from '@keybrake/application';
import type { VaultKeyId } from '@keybrake/domain';
import { LATENCY_BOUNDS_SECONDS, type Metrics } from '@keybrake/platform';

/** The instruments that the call path writes to. */
export interface CallInstruments {
  call(labels: { provider: string; operation: string; decision: string; rule: string; vault_key?: string }): void;
  addedLatency(seconds: number, labels: { provider: string; decision: string }): void;
  phase(seconds: number, labels: { provider: string; phase: string }): void;
  duplicate(outcome: 'blocked' | 'let through'): void;
  shadowDenial(rule: string): void;
}

export interface CallLog {
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

const TROUBLE: ReadonlySet<CallSummary['decision']> = new Set(['stranger', 'in_doubt', 'unavailable']);

/** Turns call summaries into metrics and log lines; calls are counted by vault key where `labelsOfKey` has it. */
export function createCallObserver(
  instruments: CallInstruments,
  log: CallLog,
  labelsOfKey: (id: VaultKeyId | undefined) => { vault_key?: string } = () => ({}),
): CallObserver {
  return {
    finished({ vaultKeyId, ...summary }: CallSummary) {
      const { provider, operation, decision, rule, shadowRule } = summary;
      instruments.call({ provider, operation, decision, rule: rule ?? '', ...labelsOfKey(vaultKeyId) });
      instruments.addedLatency((summary.totalMs - summary.upstreamMs) / 1_000, { provider, decision });
      for (const [phase, ms] of Object.entries(summary.phasesMs)) instruments.phase(ms / 1_000, { provider, phase });
      if (rule === 'duplicate_call' || summary.isDuplicate) {
        instruments.duplicate(summary.isDuplicate ? 'let through' : 'blocked');
      }
      if (shadowRule !== undefined) instruments.shadowDenial(shadowRule);
      log[TROUBLE.has(decision) ? 'warn' : 'debug'](summary, `call ${decision}`);
    },
    leftOver(what, reservationId, error) {
      log.warn({ reservationId, err: error }, `${what} failed; the ledger will mend it`);
    },
  };
}

/** Room for a thousand vault keys with a few operations and decisions each. */
export const CALL_SERIES = { keybrake_gateway_calls_total: 20_000 };

/** Few values each: operations and rules are those of the catalogue; a key is a label only if asked for, a run never. */
export function callInstruments(metrics: Metrics): CallInstruments {
  const calls = metrics.counter('keybrake_gateway_calls_total', 'Calls by provider, operation, decision and rule.');
  const added = metrics.histogram(
    'keybrake_gateway_added_latency_seconds',
    'Time of a call without the wait for the provider.',
    LATENCY_BOUNDS_SECONDS,
  );
  const phases = metrics.histogram(
    'keybrake_gateway_phase_seconds',
    'Time of a call by phase; forward is the wait for the provider.',
    [...LATENCY_BOUNDS_SECONDS, 10, 30],
  );
  const duplicates = metrics.counter(
    'keybrake_gateway_duplicate_calls_total',
    'Requests made again under another idempotency key, as duplicate guards found them.',
  );
  const shadow = metrics.counter(
    'keybrake_gateway_shadow_denials_total',
    'What policies in shadow would have refused.',
  );
  // A series that is there before its first event can be alerted on.
  for (const outcome of ['blocked', 'let through']) duplicates.add(0, { outcome });
  return {
    call: (labels) => calls.add(1, labels),
    addedLatency: (seconds, labels) => added.record(seconds, labels),
    phase: (seconds, labels) => phases.record(seconds, labels),
    duplicate: (outcome) => duplicates.add(1, { outcome }),
    shadowDenial: (rule) => shadow.add(1, { rule }),
  };
}

export function appendInstruments(metrics: Metrics): (events: number, tookMs: number) => void {
  const appends = metrics.counter('keybrake_gateway_log_appends_total', 'Appends to the event log.');
  const appended = metrics.counter('keybrake_gateway_log_events_total', 'Events in them: more than one under load.');
  const took = metrics.histogram(
    'keybrake_gateway_log_append_seconds',
    'Time until the log has acknowledged an append, with every attempt.',
    LATENCY_BOUNDS_SECONDS,
  );
  return (events, tookMs) => {
    appends.add(1);
    appended.add(events);
    took.record(tookMs / 1_000);
  };
}

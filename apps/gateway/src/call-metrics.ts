import type { CallObserver, CallSummary } from '@keybrake/application';

/** The instruments that the call path writes to. */
export interface CallInstruments {
  countCall(labels: { provider: string; operation: string; decision: string; rule: string }): void;
  addedLatency(seconds: number, labels: { provider: string; decision: string }): void;
}

export interface CallLog {
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Turns call summaries into metrics and log lines. */
export function createCallObserver(instruments: CallInstruments, log: CallLog): CallObserver {
  return {
    finished(summary: CallSummary) {
      const { provider, operation, decision, rule } = summary;
      instruments.countCall({ provider, operation, decision, rule: rule ?? '' });
      instruments.addedLatency((summary.totalMs - summary.upstreamMs) / 1_000, { provider, decision });
      if (decision === 'stranger' || decision === 'in_doubt' || decision === 'unavailable')
        log.warn(summary, `call ${decision}`);
      else log.debug(summary, `call ${decision}`);
    },
    leftOver(what, reservationId, error) {
      log.warn({ reservationId, err: error }, `${what} failed; the ledger will mend it`);
    },
  };
}

import {
  type CallRecord,
  type CallStep,
  callSteps,
  type ReservationReport,
  type StepBalance,
} from '@keybrake/application';
import { CALL_PHASES } from '@keybrake/domain';
import { down, iso, up } from '@keybrake/wire';
import { auditView, resolutionView } from './views.js';

/** `report`: how the reservation stands, with what only the admission store knows of it; undefined without one. */
export function callLifeView(record: CallRecord, report: ReservationReport | undefined) {
  const { entry, policyName, keyLabel, reservation, links, related } = record;
  const outcome = reservation?.outcome;
  const times = outcome === undefined || outcome.state === 'open' ? undefined : outcome.times;
  const launchedAtMs = times?.launchedAtMs ?? report?.launchedAtMs ?? undefined;
  return {
    entry: auditView(entry),
    policyName: policyName ?? null,
    keyLabel: keyLabel ?? null,
    steps: callSteps(record, launchedAtMs).map((step) => stepView(step, entry.currency)),
    phases: CALL_PHASES.flatMap((name) => {
      const ms = times?.phasesMs[name];
      return ms === undefined ? [] : [{ name, ms }];
    }),
    reservation:
      report === undefined
        ? null
        : {
            state: report.reservationState,
            launchedAt: iso(launchedAtMs),
            resolution: report.resolution === null ? null : resolutionView(report.resolution),
          },
    chain: links.map((link) => ({ ...link, sequence: link.sequence.toString() })),
    related: related.map(({ startedAtMs, ...other }) => ({ ...other, startedAt: iso(startedAtMs) })),
  };
}

function stepView({ type, atMs, sinceStartMs, amountMicros, detail, balances }: CallStep, currency: string | null) {
  return {
    type,
    at: iso(atMs),
    sinceStartMs,
    amountMinor: amountMicros === undefined || currency === null ? null : up(amountMicros, currency),
    detail: detail ?? null,
    balances: balances.map(balanceView),
  };
}

function balanceView({ hold, before, after }: StepBalance) {
  const { scope, scopeId, window, windowId, currency, direction, limitMicros } = hold;
  return {
    scope,
    scopeId,
    window,
    windowId,
    currency,
    direction,
    limitMinor: down(limitMicros, currency),
    committedBeforeMinor: up(before.committedMicros, currency),
    heldBeforeMinor: up(before.heldMicros, currency),
    committedAfterMinor: up(after.committedMicros, currency),
    heldAfterMinor: up(after.heldMicros, currency),
  };
}

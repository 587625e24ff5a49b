import { type Alert, BUDGET_THRESHOLDS, formatMoney, minorRoundedUp } from '@keybrake/domain';
import type { AdmissionUpkeep } from '../ports/admission-store.js';
import type { AlertStore } from '../ports/alert-store.js';
import type { AlertWatch, CapPace, WatchedCall } from '../ports/alert-watch.js';
import type { Runtime } from '../ports/runtime.js';
import { amountData, costOf } from './amounts.js';
import { capSubjectOf, reaches, thresholdAlert } from './budget-alerts.js';

export interface WatchPorts {
  readonly alerts: Pick<AlertStore, 'raise'>;
  readonly watch: AlertWatch;
  readonly upkeep: Pick<AdmissionUpkeep, 'listInDoubt' | 'doubtsAmong'>;
  readonly runtime: Pick<Runtime, 'nowMs'>;
}

export interface WatchSettings {
  /** A call in doubt for so long is told of. */
  readonly inDoubtMs: number;
}

const PACE_MS = 3_600_000;
const DOUBTS_MAX = 1_000;

/** One look at what no single event tells: caps of any 24 hours, how fast caps are used, calls that stay in doubt. */
export async function watchAlerts(ports: WatchPorts, settings: WatchSettings): Promise<void> {
  const nowMs = ports.runtime.nowMs();
  const rolling = (await ports.watch.rolling(nowMs)).flatMap((cap) => rollingAlerts(cap, nowMs));
  const paces = await ports.watch.paces(nowMs, nowMs - PACE_MS);
  const forecasts = paces.map((pace) => forecastAlert(pace, nowMs)).filter((alert) => alert !== undefined);
  await ports.alerts.raise([...rolling, ...forecasts, ...(await doubtAlerts(ports, settings, nowMs))]);
}

type RollingCap = Awaited<ReturnType<AlertWatch['rolling']>>[number];

/** Once a day of UTC, since the window itself has no end. */
function rollingAlerts({ accountId, ...cap }: RollingCap, nowMs: number): readonly Alert[] {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return BUDGET_THRESHOLDS.filter((percent) => reaches(cap.usedMicros, percent, cap.limitMicros)).map((percent) => ({
    accountId,
    ...thresholdAlert(cap, percent, day, nowMs),
  }));
}

/** At the pace of the last hour the cap is reached before its window ends. Told once a window. */
export function forecastAlert(pace: CapPace, nowMs: number): Alert | undefined {
  const { accountId, scope, scopeId, window, windowId, windowEndsAtMs, currency, limitMicros, usedMicros } = pace;
  if (pace.usedSinceMicros <= 0n || usedMicros >= limitMicros) return undefined;
  const leftMs = Number(((limitMicros - usedMicros) * BigInt(PACE_MS)) / pace.usedSinceMicros);
  const reachedAtMs = nowMs + leftMs;
  if (reachedAtMs >= windowEndsAtMs) return undefined;
  const reachedAt = new Date(reachedAtMs).toISOString();
  const money = (micros: bigint) => formatMoney({ currency, micros });
  return {
    accountId,
    type: 'budget.forecast',
    subject: capSubjectOf(scope, scopeId),
    occurredAtMs: nowMs,
    dedupeKey: `forecast/${pace.counter}/${windowId}`,
    summary:
      `The ${scope} cap of ${scopeId} is reached at ${reachedAt.slice(0, 16)}Z at this pace: ` +
      `${money(usedMicros)} of ${money(limitMicros)}, ${money(pace.usedSinceMicros)} in the last hour (${window}).`,
    data: {
      scope,
      scopeId,
      window,
      windowId,
      currency,
      reachedAt,
      limitMinor: minorRoundedUp(limitMicros, currency).toString(),
      usedMinor: minorRoundedUp(usedMicros, currency).toString(),
      lastHourMinor: minorRoundedUp(pace.usedSinceMicros, currency).toString(),
    },
  };
}

async function doubtAlerts(ports: WatchPorts, { inDoubtMs }: WatchSettings, nowMs: number): Promise<readonly Alert[]> {
  const since = await ports.upkeep.doubtsAmong(await ports.upkeep.listInDoubt(DOUBTS_MAX));
  const old = [...since].filter(([, launchedAtMs]) => nowMs - launchedAtMs >= inDoubtMs).map(([id]) => id);
  const calls = await ports.watch.calls(old);
  return calls.map((call) => doubtAlert(call, since.get(call.reservationId) ?? nowMs, nowMs));
}

function doubtAlert(call: WatchedCall, sinceMs: number, nowMs: number): Alert {
  const { accountId, reservationId, vaultKeyId, agentType, endpoint, currency, amountMicros } = call;
  const amount = currency === undefined || amountMicros === undefined ? undefined : { currency, micros: amountMicros };
  return {
    accountId,
    type: 'call.in_doubt',
    subject: vaultKeyId,
    occurredAtMs: nowMs,
    dedupeKey: `in_doubt/${reservationId}`,
    summary: `Nobody knows since ${new Date(sinceMs).toISOString()} whether ${endpoint}${costOf(amount)} by ${agentType} was executed.`,
    data: {
      callId: reservationId,
      vaultKeyId,
      agentType,
      endpoint,
      since: new Date(sinceMs).toISOString(),
      ...amountData(amount),
    },
  };
}

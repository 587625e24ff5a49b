import type { MonthReport, QuotaReport, RunReport, SeriesReport } from '@keybrake/application';
import { windowCandidates } from '@keybrake/domain';
import { iso, up } from '@keybrake/wire';

export function seriesView({ day, group, currency, committedMicros, heldMicros, ...counts }: SeriesReport) {
  // Without a currency there is no amount.
  const code = currency ?? 'usd';
  return {
    day,
    group,
    currency,
    committedMinor: up(committedMicros, code),
    heldMinor: up(heldMicros, code),
    ...counts,
  };
}

export function usageView(month: string, { quotas, ...report }: MonthReport) {
  return { month, ...report, quotas: quotas.map((quota) => quotaView(month, quota)) };
}

function quotaView(month: string, { vaultKeyId, timeZone, ...quota }: QuotaReport) {
  return {
    ...quota,
    vaultKeyId: vaultKeyId ?? null,
    scope: 'key' as const,
    resetsAt: iso(endOfMonth(month, timeZone)),
  };
}

function endOfMonth(month: string, timeZone: string): number | undefined {
  const around = windowCandidates('month', timeZone, Date.parse(`${month}-15T12:00:00Z`));
  return around.find(({ id }) => id === month)?.endsAtMs;
}

export function runView({ firstAtMs, lastAtMs, spend, ...run }: RunReport) {
  return {
    ...run,
    firstAt: iso(firstAtMs),
    lastAt: iso(lastAtMs),
    spend: spend.map(({ currency, committedMicros, heldMicros }) => {
      const code = currency ?? 'usd';
      return { currency: code, committedMinor: up(committedMicros, code), heldMinor: up(heldMicros, code) };
    }),
  };
}

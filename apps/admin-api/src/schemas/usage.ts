import { SERIES_GROUPS } from '@keybrake/application';
import { z } from 'zod';
import { count, currencyCode, id, isCurrency, minor, pageOf, time } from './answer-parts.js';
import { auditEntryAnswer } from './report-answers.js';
import { pageQuery } from './requests.js';

// Spend over time, the calls of a month, runs: what is asked for and what is answered.

const day = z.iso.date();

export const seriesQuery = z.strictObject({
  from: day.optional().meta({ description: 'the first day; 29 days before `to` when left out' }),
  to: day.optional().meta({ description: 'the last day; today in UTC when left out' }),
  by: z.enum(SERIES_GROUPS).default('agentType'),
  currency: z
    .string()
    .refine(isCurrency, 'is not a known currency')
    .optional()
    .meta({ description: 'only calls that are counted in it' }),
});
export type SeriesQuery = z.infer<typeof seriesQuery>;

const counts = {
  calls: count.meta({ description: 'admitted: neither replays nor what was looked up for calls' }),
  denials: count,
  replays: count,
};
const spent = { committedMinor: minor, heldMinor: minor };

export const seriesAnswer = pageOf(
  z
    .strictObject({
      day: day.meta({ description: "in the zone of each call's policy" }),
      group: z.string(),
      currency: currencyCode.nullable().meta({ description: 'null: calls without an amount' }),
      ...spent,
      ...counts,
    })
    .meta({ id: 'SpendOfDay' }),
  'SpendSeries',
);

export const usageQuery = z.strictObject({
  month: z
    .string()
    .regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'must be a month: "2026-11"')
    .optional()
    .meta({ description: 'this one in UTC when left out' }),
});
export type UsageQuery = z.infer<typeof usageQuery>;

export const usageAnswer = z
  .strictObject({
    month: z.string(),
    ...counts,
    byDay: z.array(z.strictObject({ day, ...counts })).meta({ description: 'days without anything are left out' }),
    quotas: z
      .array(
        z.strictObject({
          policyId: id,
          policyName: z.string(),
          vaultKeyId: id
            .nullable()
            .meta({ description: 'counted with its child keys; null: no live key has the policy' }),
          scope: z.literal('key'),
          requestsPerMonth: z.int().positive(),
          used: count.meta({ description: "by the ledger's count" }),
          resetsAt: time.meta({ description: "the end of the month in the policy's zone" }),
        }),
      )
      .meta({ description: 'what used most first; at most 1,000' }),
  })
  .meta({ id: 'Usage' });

export const runsQuery = z.strictObject({
  ...pageQuery.shape,
  agentType: z.string().min(1).max(300).optional(),
  search: z.string().min(1).max(128).optional().meta({ description: 'part of a run id, in any case' }),
});
export type RunsQuery = z.infer<typeof runsQuery>;

const run = z
  .strictObject({
    runId: z.string(),
    agentTypes: z.array(z.string()),
    providers: z.array(z.string()),
    firstAt: time,
    lastAt: time,
    ...counts,
    spend: z.array(z.strictObject({ currency: currencyCode, ...spent })),
  })
  .meta({ id: 'Run' });

export const runsAnswer = pageOf(run, 'RunPage');

export const runAnswer = z
  .strictObject({
    run,
    data: z.array(auditEntryAnswer).meta({ description: 'calls, replays and denials, oldest first' }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'RunStory' });

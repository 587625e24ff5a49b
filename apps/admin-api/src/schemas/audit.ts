import type { AuditFilter } from '@keybrake/application';
import { AUDIT_DECISIONS, AUDIT_STATES, type Currency, moneyFromMinor, parseCurrency } from '@keybrake/domain';
import { toMs } from '@keybrake/wire';
import { z } from 'zod';
import { EXPORT_FORMATS } from '../audit-export.js';
import { pageQuery } from './requests.js';

// What the routes of the audit take.

const text = z.string().min(1).max(300);
const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
  .meta({ documentedAs: { type: 'integer', minimum: 0, maximum: 999_999_999 } });
// No longer: in every currency its micros have to fit 64 bits.
const amountMinor = z.string().regex(/^(0|[1-9]\d{0,11})$/, 'must be a whole number of minor units: 10000');
const instant = z.iso.datetime({ offset: true });

const filters = {
  id: text.optional(),
  vaultKeyId: text.optional(),
  agentType: text.optional(),
  runId: text.optional(),
  provider: text.optional(),
  operation: text.optional(),
  endpoint: text.optional().meta({ description: 'as in the entries: POST /v1/charges' }),
  decision: z.enum(AUDIT_DECISIONS).optional(),
  rule: text.optional().meta({ description: 'the rule that refused' }),
  state: z.enum(AUDIT_STATES).optional(),
  policyId: text.optional(),
  policyVersion: wholeNumber.optional(),
  idempotencyKey: text.optional(),
  upstreamRequestId: text.optional(),
  upstreamStatus: wholeNumber.optional(),
  currency: z
    .string()
    .refine((code) => parseCurrency(code) !== undefined, 'is not a known currency')
    .optional(),
  amountFromMinor: amountMinor.optional().meta({ description: 'of the reserved amount, included; needs currency' }),
  amountToMinor: amountMinor.optional().meta({ description: 'of the reserved amount, included; needs currency' }),
  message: text.optional().meta({
    description:
      'part of the message, upper and lower case alike. A page looks through a bounded number of messages: it may hold fewer entries than its limit, even none, while there is a next one.',
  }),
  from: instant.optional().meta({ description: 'start of the call, included' }),
  to: instant.optional().meta({ description: 'start of the call, not included' }),
};

const needsCurrency = (query: { currency?: unknown; amountFromMinor?: unknown; amountToMinor?: unknown }) =>
  query.currency !== undefined || (query.amountFromMinor ?? query.amountToMinor) === undefined;
const currencyMissing = { path: ['currency'], message: 'is needed with an amount' };

export const auditQuery = z.strictObject({ ...pageQuery.shape, ...filters }).refine(needsCurrency, currencyMissing);
export type AuditQuery = z.infer<typeof auditQuery>;

export const exportQuery = z
  .strictObject({ format: z.enum(EXPORT_FORMATS).default('ndjson'), ...filters })
  .refine(needsCurrency, currencyMissing);
export type ExportQuery = z.infer<typeof exportQuery>;

/** Without a vault key: all of the account. */
export const verifyQuery = z.strictObject({ vaultKeyId: text.optional() });
export type VerifyQuery = z.infer<typeof verifyQuery>;

export const filterQuery = z.strictObject(filters).refine(needsCurrency, currencyMissing);
export type FilterQuery = z.infer<typeof filterQuery>;

/** What the ledger is asked for. */
export function auditFilter(query: FilterQuery): AuditFilter {
  const { from, to, amountFromMinor, amountToMinor, ...same } = query;
  const micros = (minor: string | undefined) =>
    minor === undefined ? undefined : moneyFromMinor(BigInt(minor), same.currency as Currency).micros;
  return {
    ...same,
    amountFromMicros: micros(amountFromMinor),
    amountToMicros: micros(amountToMinor),
    fromMs: toMs(from),
    toMs: toMs(to),
  };
}

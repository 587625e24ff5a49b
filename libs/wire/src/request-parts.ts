import {
  CAP_DIRECTIONS,
  CAP_SCOPES,
  CAP_WINDOWS,
  type Cap,
  type Currency,
  moneyFromMinor,
  parseCurrency,
  RUN_ID,
} from '@keybrake/domain';
import { z } from 'zod';

export const amountMinor = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,15})$/, 'must be a whole number of minor units, as text: "10000"');
export const currency = z.string().refine((code) => parseCurrency(code) !== undefined, 'is not a known currency');
export const instant = z.iso.datetime({ offset: true });
export const name = z.string().min(1).max(200);
export const runId = z.string().regex(RUN_ID, 'must be 1 to 128 letters, digits and . _ : -');

export const capBody = z.strictObject({
  scope: z.enum(CAP_SCOPES),
  window: z.enum(CAP_WINDOWS),
  currency,
  limitMinor: amountMinor,
  direction: z.enum(CAP_DIRECTIONS).default('any'),
});
export type CapBody = z.infer<typeof capBody>;

// The schemas have checked the codes; this only gives them their type.
export const currencyOf = (code: string): Currency => parseCurrency(code) as Currency;
export const microsOf = (minor: string, code: Currency): bigint => moneyFromMinor(BigInt(minor), code).micros;

export function toCap({ scope, window, direction, currency: code, limitMinor }: CapBody): Cap {
  const of = currencyOf(code);
  return { scope, window, direction, currency: of, limitMicros: microsOf(limitMinor, of) };
}

export function toMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

import { parseCurrency } from '@keybrake/domain';
import { z } from 'zod';

/** A whole number of the currency's minor units, as text, so that no client rounds it. */
export const minor = z
  .string()
  .regex(/^-?\d+$/)
  .meta({ description: 'minor units of the currency, as text' });
/** A millionth of the major unit: what is counted inside. */
export const micros = z
  .string()
  .regex(/^-?\d+$/)
  .meta({ description: 'millionths of the major unit, as text' });
export const time = z.iso.datetime();
export const currencyCode = z.string().meta({ description: 'ISO 4217, lower case' });
export const id = z.string().min(1);
/** Whole numbers that never come near 2^53. */
export const count = z.int().nonnegative();

/** Which window of a cap. */
export const windowId = z.string().meta({
  description:
    'the day, the month, or total; of rolling_24h the start in ms of the quarter of an hour that leaves next',
});

/** A page of a list, as every list answers. */
export function pageOf<T extends z.ZodType>(entry: T, name: string) {
  return z
    .strictObject({
      data: z.array(entry),
      nextCursor: z.string().nullable().meta({ description: 'for the next page; null on the last one' }),
    })
    .meta({ id: name });
}

export const isCurrency = (code: string) => parseCurrency(code) !== undefined;

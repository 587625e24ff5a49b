import { type Currency, minorRoundedDown, minorRoundedUp } from '@keybrake/domain';

/** A time as JSON has it; null where there is none. */
export const iso = (atMs: number | null | undefined): string | null =>
  atMs === null || atMs === undefined ? null : new Date(atMs).toISOString();

/** Money as text of minor units: what was spent is rounded up, what is left is rounded down. */
export const up = (micros: bigint, currency: string): string => minorRoundedUp(micros, currency as Currency).toString();
export const down = (micros: bigint, currency: string): string =>
  minorRoundedDown(micros, currency as Currency).toString();

/** An amount of an audit entry; null where the call had none. */
export const upOrNull = (micros: string | null, currency: string | null): string | null =>
  micros === null || currency === null ? null : up(BigInt(micros), currency);

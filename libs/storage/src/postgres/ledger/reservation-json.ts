import type {
  Conversion,
  Currency,
  Hold,
  Money,
  Outcome,
  Reservation,
  ReservationId,
  SpendReserved,
  TrueUp,
} from '@keybrake/domain';

/** JSON has no bigint: amounts are strings in `facts` and `outcome`. */
export type OutcomeJson = { state: Outcome['state']; actualMicros?: string } & Record<string, unknown>;
type HoldJson = Omit<Hold, 'limitMicros' | 'amountMicros'> & { limitMicros: string; amountMicros: string };
type ConversionJson = { from: { currency: string; micros: string }; rateNanos: string; marginBasisPoints: number };
export type FactsJson = Omit<SpendReserved, 'holds' | 'call' | 'sealedRequest'> & {
  holds: HoldJson[];
  call: Omit<SpendReserved['call'], 'amount' | 'conversion'> & {
    amount?: { currency: string; micros: string };
    conversion?: ConversionJson;
  };
};

const moneyJson = ({ currency, micros }: Money) => ({ currency, micros: micros.toString() });

/** The sealed request has a column of its own, which is emptied with the outcome. */
export function encodeFacts(facts: SpendReserved): FactsJson {
  const { amount, conversion } = facts.call;
  return {
    ...facts,
    sealedRequest: undefined,
    holds: facts.holds.map((hold) => ({
      ...hold,
      limitMicros: hold.limitMicros.toString(),
      amountMicros: hold.amountMicros.toString(),
    })),
    call: {
      ...facts.call,
      amount: amount === undefined ? undefined : moneyJson(amount),
      conversion:
        conversion === undefined
          ? undefined
          : { ...conversion, from: moneyJson(conversion.from), rateNanos: conversion.rateNanos.toString() },
    },
  } as FactsJson;
}

/** The response's bytes live in idempotency_records only. */
export function encodeOutcome(outcome: Outcome): unknown {
  if (outcome.state !== 'committed') return outcome;
  return { ...outcome, actualMicros: outcome.actualMicros.toString(), sealedResponse: undefined };
}

export function decodeOutcome(json: OutcomeJson): Outcome {
  if (json.state !== 'committed') return json as unknown as Outcome;
  return { ...json, actualMicros: BigInt(json.actualMicros ?? '0'), sealedResponse: undefined } as unknown as Outcome;
}

export type TrueUpJson = Omit<TrueUp, 'actualMicros'> & { readonly actualMicros: string };

export function encodeTrueUp(trueUp: TrueUp): TrueUpJson {
  return { ...trueUp, actualMicros: trueUp.actualMicros.toString() };
}

export function decodeTrueUp(json: TrueUpJson): TrueUp {
  return { ...json, actualMicros: BigInt(json.actualMicros) };
}

export function decodeFacts(json: FactsJson): SpendReserved {
  const { amount, conversion } = json.call;
  return {
    ...json,
    holds: json.holds.map(decodeHold),
    call: {
      ...json.call,
      amount: amount === undefined ? undefined : { ...amount, micros: BigInt(amount.micros) },
      conversion: conversion === undefined ? undefined : decodeConversion(conversion),
    },
  } as SpendReserved;
}

export const decodeHold = (hold: HoldJson): Hold => ({
  ...hold,
  limitMicros: BigInt(hold.limitMicros),
  amountMicros: BigInt(hold.amountMicros),
});

export function decodeConversion({ from, rateNanos, marginBasisPoints }: ConversionJson): Conversion {
  const micros = BigInt(from.micros);
  return { from: { currency: from.currency as Currency, micros }, rateNanos: BigInt(rateNanos), marginBasisPoints };
}

/** A row of ledger.reservations, as far as it is the reservation itself. */
export interface ReservationRow {
  readonly reservation_id: ReservationId;
  readonly facts: FactsJson | null;
  readonly outcome: OutcomeJson;
  readonly released_as_unexecuted: boolean | null;
  readonly true_up: TrueUpJson | null;
}

export function toReservation(row: ReservationRow): Reservation {
  return {
    reservationId: row.reservation_id,
    facts: row.facts === null ? undefined : decodeFacts(row.facts),
    outcome: decodeOutcome(row.outcome),
    releasedAsUnexecuted: row.released_as_unexecuted === true,
    trueUp: row.true_up === null ? undefined : decodeTrueUp(row.true_up),
  };
}

import type { Currency, FxTable } from '@keybrake/domain';

/** Unit prices for providers that state none in the request or the answer. Amounts in micros of `currency`. */
export interface PriceList {
  readonly twilio: {
    readonly currency: Currency;
    /** By dialling prefix (`+1`, `+44`); the longest match counts. Upper bound per SMS segment, carrier fees included. */
    readonly smsSegmentMicros: Readonly<Record<string, bigint>>;
    readonly mmsMicros: Readonly<Record<string, bigint>>;
    /** By dialling prefix: upper bound per minute begun. */
    readonly callMinuteMicros: Readonly<Record<string, bigint>>;
    /** The longest call that is placed; shorter ones cost less. */
    readonly callTimeLimitSeconds: number;
    /** `any`: the operator vouches that instructions behind a URL call and write to nobody else. */
    readonly callInstructions: 'inline' | 'any';
  };
  readonly resend: {
    readonly currency: Currency;
    /** Per recipient: each to, cc and bcc address counts as one email. */
    readonly emailMicros: bigint;
  };
  /** For policies that count other currencies too; undefined until the operator states rates. */
  readonly fx: FxTable | undefined;
}

const USD = 'usd' as Currency;

/**
 * Public list prices of 2026, as upper bounds. Twilio: US and Canada only, $0.0083 a segment plus up to $0.0062 carrier
 * fee, $0.022 an MMS plus fee, $0.014 a minute of a call; other countries are unpriced until the operator's own list names them.
 * Resend: the overage price of $0.90 per thousand.
 */
export function defaultPriceList(): PriceList {
  return {
    twilio: {
      currency: USD,
      smsSegmentMicros: { '+1': 14_500n },
      mmsMicros: { '+1': 32_000n },
      callMinuteMicros: { '+1': 14_000n },
      callTimeLimitSeconds: 600,
      callInstructions: 'inline',
    },
    resend: { currency: USD, emailMicros: 900n },
    fx: undefined,
  };
}

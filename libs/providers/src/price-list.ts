/** Unit prices for providers that state none in the request or the answer. Amounts in micros of `currency`. */
export interface PriceList {
  readonly twilio: {
    readonly currency: string;
    /** By dialling prefix (`+1`, `+44`); the longest match counts. Upper bound per SMS segment, carrier fees included. */
    readonly smsSegmentMicros: Readonly<Record<string, bigint>>;
    readonly mmsMicros: Readonly<Record<string, bigint>>;
  };
  readonly resend: {
    readonly currency: string;
    /** Per recipient: each to, cc and bcc address counts as one email. */
    readonly emailMicros: bigint;
  };
}

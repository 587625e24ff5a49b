/** `GET pricing.twilio.com/v1/Messaging/Countries/{ISO}`: twilio.com/docs/messaging/api/pricing. Prices are decimal text. */
export interface MessagingCountry {
  readonly price_unit: string;
  readonly outbound_sms_prices: readonly { readonly prices: readonly { readonly current_price: string }[] }[];
}

/** `GET pricing.twilio.com/v1/Voice/Countries/{ISO}`: twilio.com/docs/voice/pricing. */
export interface VoiceCountry {
  readonly price_unit: string;
  readonly outbound_prefix_prices: readonly { readonly prefixes: readonly string[]; readonly current_price: string }[];
}

export interface CountryAnswers {
  readonly iso: string;
  readonly messaging: MessagingCountry;
  readonly voice: VoiceCountry;
}

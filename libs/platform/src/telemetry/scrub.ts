/** Removes secrets from a text, wherever they stand in it. */
export type Scrub = (text: string) => string;

const MASK = '***';

// Vault keys keep their public part, which finds them in the admin API. Resend's keys look like Stripe's refund ids;
// both are masked: a log line without a refund id is better than one with a key.
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(vk_[a-z0-9-]{1,63}_[a-z0-9]{8,32}_)[A-Za-z0-9_-]{43}/g, `$1${MASK}`],
  [/\b((?:sk|rk)_(?:live_|test_)?)[A-Za-z0-9_]{4,}/g, `$1${MASK}`],
  [/\b(re_)[A-Za-z0-9_]{8,}/g, `$1${MASK}`],
  [/\b(whsec_)[A-Za-z0-9+/=_-]{8,}/g, `$1${MASK}`],
  [/\b(Bearer |Basic )[A-Za-z0-9+/=._~-]{8,}/gi, `$1${MASK}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"]*:)[^\s@/"]+(?=@)/gi, `$1${MASK}`],
];

/** `values` are secrets without a shape of their own, such as a Twilio auth token or the pepper. */
export function createScrub(values: readonly string[] = []): Scrub {
  // In a log line a secret stands as JSON writes it.
  const known = values.filter((value) => value.length >= 6).map((value) => JSON.stringify(value).slice(1, -1));
  return (text) => {
    let scrubbed = text;
    for (const value of known) scrubbed = scrubbed.replaceAll(value, MASK);
    for (const [pattern, replacement] of PATTERNS) scrubbed = scrubbed.replace(pattern, replacement);
    return scrubbed;
  };
}

/** Why an operation of the SDK is never forwarded, whatever the policy says. */
const SENTENCES = {
  credential: 'its answer is, or changes, a credential with which calls could be made that Keybrake never sees',
  upload: 'it uploads a file, which Keybrake does not pass on',
  other_host: 'it is served by another host than the one this provider is called at',
  tap: "it changes where the provider sends this account's events, which is the account owner's to decide",
  bypass: 'it makes another party act with this account, where no cap counts',
  billed_read: 'it is a read that the provider bills, and reads are not counted under caps',
  evidence: 'after an unknown outcome, the record that it deletes is the only evidence',
  unclassified: 'nobody has told Keybrake yet what it costs',
} as const;

export type DenialReason = keyof typeof SENTENCES;

export function isDenialReason(text: string): text is DenialReason {
  return Object.hasOwn(SENTENCES, text);
}

/** A clause. */
export function denialSentence(reason: DenialReason | { readonly because: string }): string {
  return typeof reason === 'string' ? SENTENCES[reason] : reason.because;
}

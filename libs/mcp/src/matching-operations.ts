interface Operations {
  readonly provider: string;
  readonly data: readonly { readonly operation: string; readonly endpoint: string }[];
}

/** A model reads every line: a policy that allows all of a provider has thousands. */
const SHOWN_MAX = 100;

/** Those whose operation or endpoint contains the text, in any case; the first of them, and how many there are. */
export function matchingOperations(answer: unknown, contains = '') {
  const { provider, data } = answer as Operations;
  const part = contains.toLowerCase();
  const found = data.filter(({ operation, endpoint }) => `${operation} ${endpoint}`.toLowerCase().includes(part));
  return { provider, total: found.length, data: found.slice(0, SHOWN_MAX) };
}

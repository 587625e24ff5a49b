const NAMES = ['id', 'sid', 'object_id'] as const;
const LENGTH_MAX = 200;

/** The id of what an answer is about, under the names that providers give it; undefined where it holds none. */
export function answeredId(body: Uint8Array): string | undefined {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof answer !== 'object' || answer === null) return undefined;
    const values = NAMES.map((name) => (answer as Record<string, unknown>)[name]);
    return values.find(
      (value): value is string => typeof value === 'string' && value !== '' && value.length <= LENGTH_MAX,
    );
  } catch {
    return undefined;
  }
}

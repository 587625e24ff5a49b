/** A rule of the domain does not hold: a defect, never a refusal. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Throws when something that must always be true is not. Refusals are values; this is for defects. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** Closes a `switch` over a union: a new member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unexpected value: ${JSON.stringify(value)}`);
}

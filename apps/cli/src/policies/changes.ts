/** One place where two JSON values differ; `undefined` where there is nothing. The API's diff has the same shape. */
export interface Change {
  /** JSON pointer. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Where two JSON values differ, in the order of their fields. */
export function changesBetween(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (isPlain(before) && isPlain(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => changesBetween(before[name], after[name], `${path}/${escaped(name)}`));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    const indices = Array.from({ length }, (_none, index) => index);
    return indices.flatMap((index) => changesBetween(before[index], after[index], `${path}/${index}`));
  }
  return Object.is(before, after) ? [] : [{ path, before, after }];
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** A line for each change, for people; not yet escaped for a terminal. */
export function describeChange({ path, before, after }: Change): {
  readonly sign: '+' | '-' | '~';
  readonly text: string;
} {
  if (before === undefined) return { sign: '+', text: `${path}  ${JSON.stringify(after)}` };
  if (after === undefined) return { sign: '-', text: `${path}  ${JSON.stringify(before)}` };
  return { sign: '~', text: `${path}  ${JSON.stringify(before)} → ${JSON.stringify(after)}` };
}

import type { JsonDifference } from '@keybrake/domain';

/** A change on a line, for people; not yet escaped for a terminal. */
export function describeChange({ path, before, after }: JsonDifference): {
  readonly sign: '+' | '-' | '~';
  readonly text: string;
} {
  if (before === null) return { sign: '+', text: `${path}  ${JSON.stringify(after)}` };
  if (after === null) return { sign: '-', text: `${path}  ${JSON.stringify(before)}` };
  return { sign: '~', text: `${path}  ${JSON.stringify(before)} → ${JSON.stringify(after)}` };
}

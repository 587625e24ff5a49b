import { type FieldValue, JsonProblem, parseJsonText } from '@keybrake/providers';
import { RuleFailure } from './exact-numbers.js';

/** A value as rules see it: whole numbers are bigints, other numbers their text, so that no amount is ever a double. */
export type RuleValue = string | bigint | boolean | null | readonly RuleValue[] | ReadonlyMap<string, RuleValue>;

const LIST_ITEMS_MAX = 1_000;
const INTEGER = /^(?:0|-?[1-9][0-9]{0,17})$/;

/**
 * The value for a rule that reads these member names. Another spelling of one of them (`Amount`, `amount[]`), beside it
 * or instead of it, is refused: the provider might read that one.
 */
export function ruleValue(value: FieldValue, read: ReadonlySet<string>): RuleValue {
  const folded = new Set([...read].map(foldedName));
  return convert(value, (name) => !read.has(name) && folded.has(foldedName(name)));
}

/** An answer's text; the provider's own spelling is what it is. */
export function answerValue(text: string): RuleValue {
  try {
    return convert(parseJsonText(text), () => false);
  } catch (error) {
    if (error instanceof JsonProblem) throw new RuleFailure(`the answer can't be read: ${error.message}`);
    throw error;
  }
}

const foldedName = (name: string) => name.split('[', 1)[0]?.toLowerCase() ?? '';

function convert(value: FieldValue, isOtherSpelling: (name: string) => boolean): RuleValue {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'number':
      return INTEGER.test(value.source) ? BigInt(value.source) : value.source;
    case 'boolean':
      return value.value;
    case 'null':
      return null;
    case 'list':
      if (value.items.length > LIST_ITEMS_MAX) throw new RuleFailure(`a list has more than ${LIST_ITEMS_MAX} items`);
      return value.items.map((item) => convert(item, isOtherSpelling));
    case 'object': {
      const other = [...value.fields.keys()].find(isOtherSpelling);
      if (other !== undefined) throw new RuleFailure(`the field ${other} is another spelling of one that has a price`);
      return new Map([...value.fields].map(([name, field]) => [name, convert(field, isOtherSpelling)]));
    }
  }
}

import { smsSegments } from '@keybrake/providers';
import {
  TypeError as CelTypeError,
  Environment,
  EvaluationError,
  ParseError,
  type ParseResult,
} from '@marcbachmann/cel-js';
import { ceilDiv, integer, micros, RuleFailure } from './exact-numbers.js';
import { type ExpressionProblem, forbiddenIn, namesReadIn } from './expression-limits.js';
import type { RuleValue } from './rule-values.js';

/** What an expression may name. */
export interface Scope {
  /** `body` and `answer` are of any shape, `reserved` is micros. */
  readonly variables: readonly ('body' | 'answer' | 'reserved')[];
  /** Names below `ids`: of the path. */
  readonly ids: readonly string[];
  /** Names below `prices`. */
  readonly prices: ReadonlyMap<string, bigint>;
}

export type ResultType = 'int' | 'string' | 'bool';
type ResultOf<T extends ResultType> = T extends 'int' ? bigint : T extends 'string' ? string : boolean;

export interface Expression<T extends ResultType> {
  /** Names of members that it reads of anything, for `ruleValue`. */
  readonly names: ReadonlySet<string>;
  /** Throws `RuleFailure`. */
  evaluate(values: Readonly<Record<string, RuleValue>>): ResultOf<T>;
}

const LENGTH_MAX = 2_000;
const LIMITS = { maxAstNodes: 200, maxDepth: 20, maxListElements: 50, maxMapEntries: 0, maxCallArguments: 4 };
const JS_TYPE = { int: 'bigint', string: 'string', bool: 'boolean' } as const;

/** Compiles CEL (cel.dev) and checks names and types as far as they are known before a call. */
export function compile<T extends ResultType>(
  source: string,
  wanted: T,
  scope: Scope,
): Expression<T> | { readonly problem: ExpressionProblem } {
  if (source.length > LENGTH_MAX) return failed(`is longer than ${LENGTH_MAX} characters`, 0);
  let parsed: ParseResult;
  try {
    parsed = environment(scope).parse(source);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return failed(`is not a CEL expression: ${error.summary}`, error.range?.start ?? 0);
  }
  const forbidden = forbiddenIn(parsed.ast);
  if (forbidden !== undefined) return { problem: forbidden };
  const { valid, type = '', error } = parsed.check();
  if (!valid) return failed(error?.summary ?? 'is wrong', error?.range?.start ?? 0);
  if (type !== wanted && type !== 'dyn') return failed(`gives a ${type}, where ${PHRASE[wanted]} is needed`, 0);
  const prices = Object.fromEntries(scope.prices);
  return {
    names: namesReadIn(parsed.ast),
    evaluate: (values) => evaluated(parsed, wanted, { ...values, prices }),
  };
}

const PHRASE: Record<ResultType, string> = { int: 'a whole number', string: 'a text', bool: 'true or false' };
const failed = (message: string, at: number) => ({ problem: { message, at } });

function evaluated<T extends ResultType>(
  parsed: ParseResult,
  wanted: T,
  context: Record<string, unknown>,
): ResultOf<T> {
  let value: unknown;
  try {
    value = parsed(context);
  } catch (error) {
    if (error instanceof RuleFailure) throw error;
    if (error instanceof EvaluationError || error instanceof CelTypeError) throw new RuleFailure(error.summary);
    throw new RuleFailure('its rule could not be evaluated');
  }
  if (typeof value === JS_TYPE[wanted]) return value as ResultOf<T>;
  throw new RuleFailure(`its rule does not give ${PHRASE[wanted]}`);
}

function environment({ variables, ids, prices }: Scope): Environment {
  const made = new Environment({ limits: LIMITS })
    .registerFunction('micros(string): int', micros)
    .registerFunction('micros(int): int', micros)
    .registerFunction('integer(string): int', integer)
    .registerFunction('integer(int): int', (value: bigint) => value)
    .registerFunction('ceilDiv(int, int): int', ceilDiv)
    .registerFunction('sum(list<int>): int', sum)
    .registerFunction('smsSegments(string): int', (text: string) => BigInt(smsSegments(text)));
  for (const name of variables) made.registerVariable(name, TYPES[name]);
  const group = (name: string, members: readonly string[], type: string) => {
    const schema = Object.fromEntries(members.map((member) => [member, type]));
    if (members.length > 0) made.registerVariable({ name, schema });
  };
  group('prices', [...prices.keys()], 'int');
  group('ids', ids, 'string');
  return made;
}

const TYPES = { body: 'dyn', answer: 'dyn', reserved: 'int' } as const;

function sum(items: readonly unknown[]): bigint {
  let total = 0n;
  for (const item of items) {
    if (typeof item !== 'bigint') throw new RuleFailure('sum adds whole numbers only');
    total += item;
  }
  return total;
}

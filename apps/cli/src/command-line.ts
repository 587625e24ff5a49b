import type { Argv } from 'yargs';
import type { CommonOptions, Context } from './context.js';
import { usage } from './exit-codes.js';

/** The command line while it is described. */
export type CommandLine = Argv<CommonOptions>;

/** Makes a command's handler of its work. */
export type Run = <Options extends CommonOptions>(
  work: (context: Context, options: Options) => Promise<void>,
) => (options: Options) => Promise<void>;

/** Adds a group of commands. */
export type Commands = (line: CommandLine, run: Run) => CommandLine;

const ENTRIES_DEFAULT = 50;

/** `--limit` and `--cursor` of a list. */
export const listOptions = {
  limit: { type: 'number', default: ENTRIES_DEFAULT, describe: 'at most so many entries' },
  cursor: { type: 'string', describe: 'where an earlier answer said to go on' },
} as const;

export function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw usage('--limit must be a whole number from 1');
}

/** Tells where a list goes on; scripts find it in the JSON. */
export function noteMore({ terminal, isJson }: Context, nextCursor: string | null): void {
  if (nextCursor !== null && !isJson) terminal.note(`There is more: --cursor ${nextCursor}`);
}

import yargs from 'yargs';
import type { CommandLine, Run } from './command-line.js';
import { approvalCommands } from './commands/approval.js';
import { auditCommands } from './commands/audit.js';
import { completionCommands, prepareCompletion } from './commands/completion.js';
import { doctorCommands } from './commands/doctor.js';
import { inDoubtCommands } from './commands/in-doubt.js';
import { initCommands } from './commands/init.js';
import { keyCommands } from './commands/key.js';
import { mcpCommands } from './commands/mcp.js';
import { policyCommands } from './commands/policy.js';
import { spendCommands } from './commands/spend.js';
import { offeredIds } from './completion.js';
import { Context } from './context.js';
import { readEnvironment } from './environment.js';
import { EXIT, type ExitCode, usage } from './exit-codes.js';
import { tellFailure } from './failures.js';
import { Terminal } from './output/terminal.js';

const COMMANDS = [
  initCommands,
  policyCommands,
  keyCommands,
  spendCommands,
  auditCommands,
  inDoubtCommands,
  approvalCommands,
  doctorCommands,
  mcpCommands,
  completionCommands,
];

const WIDTH_MAX = 110;
const COMPLETES = '--get-yargs-completions';
const CLEANUP_MS = 500;
const REPEATABLE: ReadonlySet<string> = new Set(['_', 'file', 'f', 'where', 'key', 'k']);

const EPILOGUE =
  'KEYBRAKE_URL and KEYBRAKE_TOKEN (or KEYBRAKE_TOKEN_FILE) go before what keybrake init has kept. ' +
  'Ends with 0: done; 1: refused, or not as it should be; 2: wrong usage; 3: not reachable; 4: not allowed; ' +
  '5: changed meanwhile; 6: doctor has warnings. See docs/cli.md.';

/** Runs one command. Resolves to the code to end with; never rejects. */
export async function runCli(words: readonly string[]): Promise<ExitCode> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  try {
    await untilInterrupted(parse(words, interrupt.signal), interrupt.signal);
    return EXIT.ok;
  } catch (error) {
    // The parser misses a command in a half-typed line; the shell must not be told.
    if (words.includes(COMPLETES)) return EXIT.ok;
    return tellFailure(error, new Terminal());
  }
}

/** After Ctrl-C the command has a moment to put away what it began. */
async function untilInterrupted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const interrupted = new Promise<never>((_resolve, reject) => {
    const onAbort = () => setTimeout(() => reject(signal.reason as Error), CLEANUP_MS);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  await Promise.race([work, interrupted]);
  signal.throwIfAborted();
}

async function parse(words: readonly string[], signal: AbortSignal): Promise<void> {
  const completionName = prepareCompletion(words);
  const environment = readEnvironment();
  const run: Run = (work) => (options) => work(new Context(environment, options, signal), options);
  if (words[0] === COMPLETES) {
    const ids = await offeredIds(words.slice(2), environment);
    if (ids.length > 0) return new Terminal().out(`${ids.join('\n')}\n`);
  }
  const line = commandLine(completionName);
  await COMMANDS.reduce((described, add) => add(described, run), line).parseAsync(withStdin(words));
}

/** The parser takes `-` for an argument of the command; here it is the value of the option before it: stdin. */
function withStdin(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    if (word === '-' && last?.startsWith('-')) joined[joined.length - 1] = `${last}=-`;
    else joined.push(word);
  }
  return joined;
}

function commandLine(completionName: string): CommandLine {
  return yargs()
    .scriptName('keybrake')
    .usage('$0 <command>\n\nGoverns Keybrake through its admin API.')
    .locale('en')
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false, 'dot-notation': false })
    .option('url', { type: 'string', describe: 'address of the admin API' })
    .option('token-file', { type: 'string', describe: 'file that holds the token; - for stdin' })
    .option('json', { type: 'boolean', describe: 'what the API answered, for scripts' })
    .demandCommand(1, 'Which command?')
    .recommendCommands()
    .strict()
    .check(givenOnce)
    .version(false)
    .wrap(Math.min(WIDTH_MAX, process.stdout.columns ?? WIDTH_MAX))
    .epilogue(EPILOGUE)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usage(message, ['keybrake --help shows what there is.']);
    })
    .completion(completionName, false);
}

function givenOnce(options: Readonly<Record<string, unknown>>): true {
  const twice = Object.entries(options).find(([name, value]) => Array.isArray(value) && !REPEATABLE.has(name));
  if (twice !== undefined) throw usage(`--${twice[0]} was given more than once`);
  return true;
}

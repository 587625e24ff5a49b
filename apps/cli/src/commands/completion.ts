import type { Commands } from '../command-line.js';
import { pretendShell } from '../environment.js';

/** The script itself is the parser's; it names the shells it knows. */
export const completionCommands: Commands = (line, run) =>
  line.command(
    'completion <shell>',
    'print a script that makes a shell complete commands, options and ids',
    (one) =>
      one
        .positional('shell', { choices: ['bash', 'zsh'] as const, demandOption: true, describe: 'your shell' })
        .example(
          'keybrake completion bash >> ~/.bashrc',
          'keybrake must be on the PATH: npx has it in node_modules/.bin',
        ),
    run(async (_context, { shell }) => {
      // The types leave out its parameters: what the script calls, and how it was made.
      const script = line as unknown as { showCompletionScript(program: string, madeBy: string): void };
      script.showCompletionScript('keybrake', `completion ${shell}`);
    }),
  );

/** Before the parser is made: it asks the environment for the shell. Returns what its script calls itself. */
export function prepareCompletion([command, shell]: readonly string[]): string {
  if (command !== 'completion' || (shell !== 'bash' && shell !== 'zsh')) return 'completion bash';
  pretendShell(shell);
  return `completion ${shell}`;
}

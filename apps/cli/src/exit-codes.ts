/** What a script can tell from how a command ended; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** Refused by the API, or what was checked is not as it should be. */
  refused: 1,
  /** The command line or a file is wrong: nothing was sent. */
  usage: 2,
  /** The API or a dependency of it did not answer: repeating is safe. */
  unreachable: 3,
  /** No token, a dead one, or one of too low a role. */
  notAllowed: 4,
  /** Somebody else changed it meanwhile. */
  conflict: 5,
  /** `doctor` found only things to mind. */
  warnings: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for the person and a code for scripts. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  /** Lines below the sentence, such as one per wrong field. */
  readonly details: readonly string[];

  constructor(exitCode: ExitCode, message: string, details: readonly string[] = []) {
    super(message);
    this.exitCode = exitCode;
    this.details = details;
  }
}

export const usage = (message: string, details: readonly string[] = []) => new CliError(EXIT.usage, message, details);

import confirm from '@inquirer/confirm';
import input from '@inquirer/input';
import password from '@inquirer/password';
import { usage } from './exit-codes.js';

/** Whether somebody can be asked. Questions go to stderr: stdout is for data. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

const onStderr = { output: process.stderr };

/** Asks before what can't be undone. Where nobody can be asked, `--yes` is needed. */
export async function confirmed(question: string, isGiven: boolean): Promise<boolean> {
  if (isGiven) return true;
  if (!canAsk()) throw usage(`${question} Nobody can be asked here: give --yes.`);
  return confirm({ message: question, default: false }, onStderr);
}

export const askText = (message: string, fallback: string): Promise<string> =>
  input({ message, default: fallback }, onStderr);

export const askSecret = (message: string): Promise<string> => password({ message, mask: '*' }, onStderr);

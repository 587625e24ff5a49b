import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CaseProgram, CaseReport, Surroundings } from './sdk-run.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 90_000;

/** A program that prints reports, one JSON object a line. It sees nothing of this machine but what it needs. */
export async function reportsOf<Report>(
  [file, ...args]: readonly [file: string, ...args: string[]],
  { gatewayUrl, vaultKeys }: Surroundings,
  settings: Readonly<Record<string, string>> = {},
): Promise<Report[]> {
  const env = { ...settings, KEYBRAKE_URL: gatewayUrl, KEYBRAKE_VAULT_KEYS: JSON.stringify(vaultKeys) };
  const { stdout } = await run(file, args, { env, timeout: TIMEOUT_MS });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Report);
}

/** The SDK matrix's cases as such a program; its command is known when the tests run. */
export function caseProgram(command: () => readonly [file: string, ...args: string[]]): CaseProgram {
  return (surroundings) => reportsOf<CaseReport>(command(), surroundings);
}

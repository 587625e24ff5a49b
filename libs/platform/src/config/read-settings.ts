import { readFileSync } from 'node:fs';
import { OperatorError } from '../process/operator-error.js';
import { nearestName } from './nearest-name.js';
import { linkProblems } from './secure-links.js';
import { clientVariables, isSecret, type SettingName, type Settings, settingNames, settings } from './settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with the settings, each with what to do. Never holds a value of a secret. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the settings have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Throws `ConfigError` with all problems at once. An empty value counts as absent. */
export function readSettings(env: Environment, required: readonly SettingName[]): Settings {
  const problems = unknownNames(env);
  const values = given(env, problems);
  problems.push(...missing(values, required), ...linkProblems(values));
  const parsed = settings.safeParse(Object.fromEntries(values));
  for (const { path, message } of parsed.error?.issues ?? [])
    problems.push(describeIssue(path[0] as SettingName, message, values));
  if (problems.length > 0 || parsed.data === undefined) throw new ConfigError(problems);
  return parsed.data;
}

function given(env: Environment, problems: string[]): Map<SettingName, string> {
  const values = new Map<SettingName, string>();
  for (const name of settingNames) {
    const value = isSecret(name) ? readSecret(name, env, problems) : env[name];
    if (value !== undefined && value !== '') values.set(name, value);
  }
  return values;
}

/** Settings that mean nothing without each other. */
const TOGETHER: readonly (readonly [names: readonly SettingName[], why: string])[] = [
  [
    ['KEYBRAKE_TWILIO_ACCOUNT_SID', 'KEYBRAKE_TWILIO_AUTH_TOKEN'],
    'a Twilio credential is an account SID and an auth token',
  ],
  [['KEYBRAKE_TLS_CERT', 'KEYBRAKE_TLS_KEY'], 'a listener needs a certificate and its key'],
  [['KEYBRAKE_REDIS_CERT', 'KEYBRAKE_REDIS_KEY'], 'a client certificate needs its key'],
  [['KEYBRAKE_KAFKA_CERT', 'KEYBRAKE_KAFKA_KEY'], 'a client certificate needs its key'],
  [['KEYBRAKE_KAFKA_USER', 'KEYBRAKE_KAFKA_PASSWORD'], 'a user of Kafka is a name and a password'],
  [
    ['KEYBRAKE_OIDC_ISSUER', 'KEYBRAKE_OIDC_CLIENT_ID', 'KEYBRAKE_OIDC_ROLES'],
    'sign-in with an identity provider needs its address, our client id there, and who gets which role',
  ],
];

function missing(values: ReadonlyMap<SettingName, string>, required: readonly SettingName[]): string[] {
  const problems = required
    .filter((name) => !values.has(name))
    .map((name) => `${name} is missing: set it${isSecret(name) ? `, or ${name}_FILE` : ''}`);
  for (const [names, why] of TOGETHER) {
    const absent = names.filter((name) => !values.has(name));
    if (absent.length === names.length) continue;
    problems.push(...absent.map((name) => `${name} is missing: ${why}`));
  }
  return problems;
}

function unknownNames(env: Environment): string[] {
  const known = settingNames.flatMap((name) => (isSecret(name) ? [name, `${name}_FILE`] : [name]));
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('KEYBRAKE_') && !known.includes(name) && !clientVariables.includes(name),
  );
  return unknown.map((name) => {
    const nearest = nearestName(name, known);
    return `${name} is not a setting of Keybrake${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
  });
}

function readSecret(name: SettingName, env: Environment, problems: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return env[name];
  if (env[name] !== undefined && env[name] !== '') problems.push(`${name} and ${name}_FILE are both set: keep one`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    problems.push(`${name}_FILE names ${file}, which can't be read (${code})`);
    return undefined;
  }
}

function describeIssue(name: SettingName, message: string, values: ReadonlyMap<SettingName, string>): string {
  const shown = isSecret(name) ? '' : ` is "${values.get(name)}", but`;
  return `${name}${shown} ${message}`;
}

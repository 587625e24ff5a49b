import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as allOf } from 'node:stream/consumers';
import { policyFields } from '@keybrake/admin-client';
import { parseAllDocuments } from 'yaml';
import { usage } from '../exit-codes.js';

/** A policy as a file wants it. */
export interface WantedPolicy {
  /** For messages: the file, and which one in it. */
  readonly origin: string;
  readonly id: string | undefined;
  /** The version that the file was made from: another one is a conflict. */
  readonly version: number | undefined;
  /** Without nulls and without the fields that the API adds. */
  readonly body: Readonly<Record<string, unknown>>;
}

const POLICY_FILE = /\.(json|ya?ml)$/;
/** What `policy show --json` has and no policy is written with. */
const OF_THE_API = ['id', 'version', 'createdAt', 'versionCreatedAt'];

/** All policies of files and folders, in the order given; `-` is stdin. Throws with every problem at once. */
export async function readPolicies(paths: readonly string[]): Promise<readonly WantedPolicy[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  const read = await Promise.all(files.map(async (file) => policiesIn(file, await contentOf(file))));
  const problems = read.flatMap((one) => one.problems);
  if (problems.length > 0) throw usage('the policy files are not right; nothing was sent', problems);
  return read.flatMap((one) => one.policies);
}

async function filesAt(path: string): Promise<readonly string[]> {
  if (path === '-') return [path];
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw usage(`${path} can't be read (${error.code})`);
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => POLICY_FILE.test(name)).sort();
  if (names.length === 0) throw usage(`${path} has no .json, .yaml or .yml file`);
  return names.map((name) => join(path, name));
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') return allOf(process.stdin);
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usage(`${file} can't be read (${error.code})`);
  });
}

interface Reading {
  readonly policies: readonly WantedPolicy[];
  readonly problems: readonly string[];
}

/** JSON is YAML too: one parser names line and column for both. */
function policiesIn(file: string, text: string): Reading {
  const documents = parseAllDocuments(text, { maxAliasCount: 0 } as object);
  const list = Array.isArray(documents) ? documents : [];
  const errors = list.flatMap((document) => document.errors);
  if (errors.length > 0) {
    const problems = errors.map(({ linePos, message }) => {
      const at = linePos === undefined ? '' : `:${linePos[0].line}:${linePos[0].col}`;
      return `${file}${at}  ${message.split('\n', 1)[0]}`;
    });
    return { policies: [], problems };
  }
  const values = list
    .flatMap((document) => document.toJS({ maxAliasCount: 0 }) as unknown)
    .filter((value) => value !== null);
  if (values.length === 0) return { policies: [], problems: [`${file}  holds no policy`] };
  const read = values.map((value, index) => toPolicy(values.length === 1 ? file : `${file}#${index + 1}`, value));
  return { policies: read.flatMap((one) => one.policies), problems: read.flatMap((one) => one.problems) };
}

function toPolicy(origin: string, value: unknown): Reading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      policies: [],
      problems: [`${origin}  is not a policy: it should be an object with a name and a provider`],
    };
  }
  const { id, version, ...rest } = value as Record<string, unknown>;
  const unknown = Object.keys(rest).filter((name) => !policyFields.includes(name) && !OF_THE_API.includes(name));
  const problems = [
    ...unknown.map((name) => `${origin}  /${name} is not a field of a policy`),
    ...['name', 'provider']
      .filter((name) => typeof rest[name] !== 'string')
      .map((name) => `${origin}  /${name} is missing`),
    ...(id === undefined || typeof id === 'string' ? [] : [`${origin}  /id is not text`]),
    ...(version === undefined || Number.isInteger(version) ? [] : [`${origin}  /version is not a number`]),
  ];
  if (problems.length > 0) return { policies: [], problems };
  return {
    policies: [{ origin, id: id as string | undefined, version: version as number | undefined, body: writable(rest) }],
    problems,
  };
}

/** Only what a policy is written with; null says "not set", as the API shows it. */
export function writable(policy: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(policy).filter(([name, value]) => policyFields.includes(name) && value !== null),
  );
}

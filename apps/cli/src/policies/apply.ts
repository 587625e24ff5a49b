import { type AdminClient, answered, type Policy, type paths, withPolicyDefaults } from '@keybrake/admin-client';
import { type JsonDifference, jsonDifferences } from '@keybrake/domain';
import { CliError, EXIT, usage } from '../exit-codes.js';
import { allPolicies } from './find.js';
import { type WantedPolicy, writable } from './policy-file.js';

type PolicyBody = paths['/v1/policies']['post']['requestBody']['content']['application/json'];

export interface PlannedPolicy {
  readonly wanted: WantedPolicy;
  /** Undefined: it is to be made. */
  readonly current: Policy | undefined;
  readonly changes: readonly JsonDifference[];
}

export interface AppliedPolicy {
  readonly origin: string;
  readonly action: 'created' | 'revised' | 'unchanged';
  /** Null for one that a dry run would make. */
  readonly id: string | null;
  readonly name: string;
  readonly provider: string;
  readonly version: number;
  readonly changes: readonly JsonDifference[];
}

/** What applying would do, by the policies as they are now. Throws when it can't be done, before anything is. */
export async function planPolicies(
  client: AdminClient,
  wanted: readonly WantedPolicy[],
): Promise<readonly PlannedPolicy[]> {
  const existing = await allPolicies(client);
  const planned = wanted.map((one) => planOf(one, existing));
  const targets = planned.map(
    ({ wanted: { body }, current }) => current?.id ?? JSON.stringify([body.name, body.provider]),
  );
  const twice = planned.filter((_one, index) => targets.indexOf(targets[index] as string) !== index);
  if (twice.length > 0) {
    throw usage(
      'a policy stands twice in the files; nothing was sent',
      twice.map((one) => one.wanted.origin),
    );
  }
  return planned;
}

function planOf(wanted: WantedPolicy, existing: readonly Policy[]): PlannedPolicy {
  const current = currentOf(wanted, existing);
  if (wanted.version !== undefined && current !== undefined && wanted.version !== current.version) {
    throw new CliError(
      EXIT.conflict,
      `${wanted.origin} was made from version ${wanted.version} of ${current.id}, which is at version ${current.version} now`,
      ['See what changed (keybrake policy diff), then take the new version into the file.'],
    );
  }
  const before = current === undefined ? {} : writable(current);
  return { wanted, current, changes: jsonDifferences(before, withPolicyDefaults(wanted.body)) };
}

/** By id, else by name and provider. */
function currentOf({ id, body, origin }: WantedPolicy, existing: readonly Policy[]): Policy | undefined {
  if (id !== undefined) {
    const found = existing.find((policy) => policy.id === id);
    if (found === undefined) throw new CliError(EXIT.refused, `${origin}: there is no policy ${id} in this account`);
    return found;
  }
  const alike = existing.filter(({ name, provider }) => name === body.name && provider === body.provider);
  if (alike.length > 1) {
    throw new CliError(
      EXIT.refused,
      `${origin}: ${alike.length} policies have this name and provider: name one by id`,
      alike.map((policy) => policy.id),
    );
  }
  return alike[0];
}

/** Makes or revises one policy. One that was changed since the plan is refused by the API. */
export async function applyPolicy(
  client: AdminClient,
  { wanted, current, changes }: PlannedPolicy,
): Promise<AppliedPolicy> {
  const body = wanted.body as PolicyBody;
  if (current === undefined)
    return outcome(wanted, 'created', await answered(client.POST('/v1/policies', { body })), changes);
  if (changes.length === 0) return outcome(wanted, 'unchanged', current, changes);
  const revised = await answered(
    client.PUT('/v1/policies/{id}', {
      params: { path: { id: current.id }, header: { 'If-Match': `"${current.version}"` } },
      body,
    }),
  );
  return outcome(wanted, 'revised', revised, changes);
}

/** What a dry run says of it. */
export function foretold({ wanted, current, changes }: PlannedPolicy): AppliedPolicy {
  const action = current === undefined ? 'created' : changes.length === 0 ? 'unchanged' : 'revised';
  const version = (current?.version ?? 0) + (action === 'unchanged' ? 0 : 1);
  return {
    origin: wanted.origin,
    action,
    id: current?.id ?? null,
    name: String(wanted.body.name),
    provider: String(wanted.body.provider),
    version,
    changes,
  };
}

function outcome(
  { origin }: WantedPolicy,
  action: AppliedPolicy['action'],
  { id, name, provider, version }: Policy,
  changes: readonly JsonDifference[],
): AppliedPolicy {
  return { origin, action, id, name, provider, version, changes };
}

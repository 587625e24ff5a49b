import { type AdminClient, answered, entries, type Policy } from '@keybrake/admin-client';
import { CliError, EXIT } from '../exit-codes.js';

export async function allPolicies(client: AdminClient): Promise<readonly Policy[]> {
  const { data } = await entries({ limit: Infinity }, (query) =>
    answered(client.GET('/v1/policies', { params: { query } })),
  );
  return data;
}

/** By id or, where only one has it, by name. */
export async function findPolicy(client: AdminClient, idOrName: string): Promise<Policy> {
  const policies = await allPolicies(client);
  const byId = policies.find(({ id }) => id === idOrName);
  if (byId !== undefined) return byId;
  const named = policies.filter(({ name }) => name === idOrName);
  if (named.length > 1) {
    const ids = named.map(({ id, provider }) => `${id}  ${provider}`);
    throw new CliError(EXIT.refused, `${named.length} policies are called "${idOrName}": say which by id`, ids);
  }
  if (named[0] !== undefined) return named[0];
  throw new CliError(EXIT.refused, `there is no policy ${idOrName} in this account`, [
    'keybrake policy list shows them.',
  ]);
}

/** A version of a policy, from its history. */
export function findVersion(client: AdminClient, { id }: Policy, version: number): Promise<Policy> {
  const path = { id, version };
  return answered(client.GET('/v1/policies/{id}/versions/{version}', { params: { path } }));
}

import { answered } from '@keybrake/admin-client';
import { clientFor, findTarget } from './connection/connection.js';
import type { Environment } from './environment.js';

const WITHIN_MS = 1_500;
const OFFERED_MAX = 100;

type Offer = (client: ReturnType<typeof clientFor>) => Promise<readonly string[]>;

const policies: Offer = async (client) => {
  const { data } = await answered(client.GET('/v1/policies', { params: { query: { limit: OFFERED_MAX } } }));
  return data.map(({ id }) => id);
};
const liveKeys: Offer = async (client) => {
  const { data } = await answered(client.GET('/v1/vault-keys', { params: { query: { limit: OFFERED_MAX } } }));
  return data.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id);
};
const doubts: Offer = async (client) => {
  const query = { limit: OFFERED_MAX, state: 'in_doubt' } as const;
  return (await answered(client.GET('/v1/reservations', { params: { query } }))).data.map(({ id }) => id);
};

const requests: Offer = async (client) => {
  const query = { limit: OFFERED_MAX, state: 'waiting' } as const;
  return (await answered(client.GET('/v1/approvals', { params: { query } }))).data.map(({ id }) => id);
};

/** What the word after these can be, where the account knows. */
function offerFor(words: readonly string[]): Offer | undefined {
  const option = words.at(-2);
  if (option === '--policy' || option === '-p') return policies;
  if (option === '--key' || option === '-k') return liveKeys;
  const command = words.slice(0, 2).join(' ');
  if (command === 'policy show' || command === 'policy diff') return policies;
  if (command === 'key revoke') return liveKeys;
  if (command === 'approval approve' || command === 'approval deny') return requests;
  return command === 'in-doubt resolve' ? doubts : undefined;
}

/** Ids of the account for the shell's tab key; nothing when they can't be had quickly. Never fails. */
export async function offeredIds(words: readonly string[], environment: Environment): Promise<readonly string[]> {
  const offer = offerFor(words);
  if (offer === undefined || words.at(-1)?.startsWith('-')) return [];
  const late = new Promise<readonly string[]>((done) => setTimeout(() => done([]), WITHIN_MS).unref());
  return Promise.race([ask(offer, environment).catch(() => []), late]);
}

async function ask(offer: Offer, environment: Environment): Promise<readonly string[]> {
  const { baseUrl, token } = await findTarget({}, environment);
  return baseUrl === undefined || token === undefined ? [] : offer(clientFor(baseUrl, token));
}

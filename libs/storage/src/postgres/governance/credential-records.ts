import type { CredentialRecords, GovernanceNote, PageRequest, StoredCredential } from '@keybrake/application';
import type { AccountId, CredentialId, ProviderId } from '@keybrake/domain';
import type { Client } from '../database.js';
import type { GovernanceDatabase } from './governance-database.js';
import { insertNote } from './note.js';
import { pageOf, pageParameters, timeOf } from './paging.js';

const INSERT_FIRST = `
insert into governance.credentials (account_id, credential_id, provider, label, current_version, created_at_ms)
values ($1::text, $2::text, $3::text, $4::text, 1, $5::bigint)
on conflict do nothing`;

const MOVE_TO_NEXT = `
update governance.credentials c set current_version = $3::integer
 where c.account_id = $1::text and c.credential_id = $2::text and c.current_version = $3::integer - 1`;

const INSERT_VERSION = `
insert into governance.credential_versions (account_id, credential_id, version, sealed, hint, created_at_ms)
values ($1::text, $2::text, $3::integer, $4::text, $5::text, $6::bigint)`;

const FIND = `
select c.account_id, c.credential_id, c.provider, c.label, c.created_at_ms, v.version, v.hint, v.sealed,
       v.created_at_ms as rotated_at_ms
  from governance.credentials c
  join governance.credential_versions v
    on v.account_id = c.account_id and v.credential_id = c.credential_id and v.version = c.current_version
 where c.account_id = $1::text and c.credential_id = $2::text`;

const LIST = `
select c.account_id, c.credential_id, c.provider, c.label, c.created_at_ms, v.version, v.hint, v.created_at_ms as rotated_at_ms
  from governance.credentials c
  join governance.credential_versions v
    on v.account_id = c.account_id and v.credential_id = c.credential_id and v.version = c.current_version
 where c.account_id = $1::text
   and ($2::bigint is null or (c.created_at_ms, c.credential_id) < ($2::bigint, $3::text))
   and ($5::text is null or c.provider = $5::text)
 order by c.created_at_ms desc, c.credential_id desc
 limit $4::integer`;

interface CredentialRow {
  readonly account_id: AccountId;
  readonly credential_id: CredentialId;
  readonly provider: ProviderId;
  readonly label: string | null;
  readonly created_at_ms: bigint;
  readonly version: number;
  readonly hint: string;
  readonly rotated_at_ms: bigint;
}

interface SealedRow extends CredentialRow {
  readonly sealed: string;
}

const storedCredential = (row: CredentialRow): StoredCredential => ({
  id: row.credential_id,
  accountId: row.account_id,
  provider: row.provider,
  label: row.label ?? undefined,
  version: row.version,
  hint: row.hint,
  createdAtMs: timeOf(row.created_at_ms),
  rotatedAtMs: timeOf(row.rotated_at_ms),
});

async function insertVersion(
  client: Client,
  credential: StoredCredential,
  sealed: string,
  note: GovernanceNote,
): Promise<boolean> {
  const { accountId, id, version, provider, label, createdAtMs } = credential;
  const { rowCount } =
    version === 1
      ? await client.query(INSERT_FIRST, [accountId, id, provider, label ?? null, createdAtMs])
      : await client.query(MOVE_TO_NEXT, [accountId, id, version]);
  if (rowCount === 0) return false;
  await client.query(INSERT_VERSION, [accountId, id, version, sealed, credential.hint, credential.rotatedAtMs]);
  await insertNote(client, note);
  return true;
}

export function credentialRecords(database: GovernanceDatabase): CredentialRecords {
  return {
    insertCredentialVersion: (credential, sealed, note) =>
      database.change((client) => insertVersion(client, credential, sealed, note)),

    findCredential: async (accountId: AccountId, credentialId: CredentialId) => {
      const [row] = await database.read<CredentialRow>(FIND, [accountId, credentialId]);
      return row === undefined ? undefined : storedCredential(row);
    },

    findSealedCredential: async (accountId: AccountId, credentialId: CredentialId) => {
      const [row] = await database.read<SealedRow>(FIND, [accountId, credentialId]);
      return row === undefined ? undefined : { credential: storedCredential(row), sealed: row.sealed };
    },

    listCredentials: async (accountId: AccountId, provider: ProviderId | undefined, page: PageRequest) => {
      const parameters = [accountId, ...pageParameters(page), provider ?? null];
      const rows = await database.read<CredentialRow>(LIST, parameters);
      return pageOf(rows.map(storedCredential), page, ({ createdAtMs, id }) => ({ createdAtMs, id }));
    },
  };
}

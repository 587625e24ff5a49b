import type { GovernanceNote, PageRequest, StoredToken, TokenRecords, TokenRole } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import type { GovernanceDatabase } from './governance-database.js';
import { insertNote } from './note.js';
import { optionalTime, pageOf, pageParameters, timeOf } from './paging.js';

const INSERT = `
insert into governance.api_tokens (token_id, account_id, name, role, secret_hash, expires_at_ms, created_at_ms)
values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::bigint, $7::bigint)`;

const FIND = `
select t.token_id, t.account_id, t.name, t.role, t.secret_hash, t.expires_at_ms, t.revoked_at_ms, t.last_used_at_ms, t.created_at_ms
  from governance.api_tokens t
 where t.token_id = $1::text`;

const LIST = `
select t.token_id, t.account_id, t.name, t.role, t.secret_hash, t.expires_at_ms, t.revoked_at_ms, t.last_used_at_ms, t.created_at_ms
  from governance.api_tokens t
 where t.account_id = $1::text
   and ($2::bigint is null or (t.created_at_ms, t.token_id) < ($2::bigint, $3::text))
 order by t.created_at_ms desc, t.token_id desc
 limit $4::integer`;

const REVOKE = `
update governance.api_tokens t set revoked_at_ms = $3::bigint
 where t.account_id = $1::text and t.token_id = $2::text and t.revoked_at_ms is null`;

const REVOKED_AT = `
select t.revoked_at_ms from governance.api_tokens t where t.account_id = $1::text and t.token_id = $2::text`;

const TOUCH = `
update governance.api_tokens t set last_used_at_ms = greatest(t.last_used_at_ms, $2::bigint) where t.token_id = $1::text`;

interface TokenRow {
  readonly token_id: string;
  readonly account_id: AccountId;
  readonly name: string;
  readonly role: TokenRole;
  readonly secret_hash: string;
  readonly expires_at_ms: bigint | null;
  readonly revoked_at_ms: bigint | null;
  readonly last_used_at_ms: bigint | null;
  readonly created_at_ms: bigint;
}

const storedToken = (row: TokenRow): StoredToken => ({
  id: row.token_id,
  accountId: row.account_id,
  name: row.name,
  role: row.role,
  secretHash: row.secret_hash,
  createdAtMs: timeOf(row.created_at_ms),
  expiresAtMs: optionalTime(row.expires_at_ms),
  revokedAtMs: optionalTime(row.revoked_at_ms),
  lastUsedAtMs: optionalTime(row.last_used_at_ms),
});

export function tokenRecords(database: GovernanceDatabase): TokenRecords {
  return {
    insertToken: (token: StoredToken, note: GovernanceNote) =>
      database.change(async (client) => {
        const { id, accountId, name, role, secretHash, expiresAtMs, createdAtMs } = token;
        await client.query(INSERT, [id, accountId, name, role, secretHash, expiresAtMs ?? null, createdAtMs]);
        await insertNote(client, note);
      }),

    findToken: async (tokenId: string) => {
      const [row] = await database.read<TokenRow>(FIND, [tokenId]);
      return row === undefined ? undefined : storedToken(row);
    },

    listTokens: async (accountId: AccountId, page: PageRequest) => {
      const rows = await database.read<TokenRow>(LIST, [accountId, ...pageParameters(page)]);
      return pageOf(rows.map(storedToken), page, ({ createdAtMs, id }) => ({ createdAtMs, id }));
    },

    revokeToken: (accountId: AccountId, tokenId: string, note: GovernanceNote) =>
      database.change(async (client) => {
        const { rowCount } = await client.query(REVOKE, [accountId, tokenId, note.atMs]);
        if (rowCount === 1) await insertNote(client, note);
        const { rows } = await client.query<TokenRow>(REVOKED_AT, [accountId, tokenId]);
        return optionalTime(rows[0]?.revoked_at_ms ?? null);
      }),

    touchToken: async (tokenId: string, atMs: number) => {
      await database.read(TOUCH, [tokenId, atMs]);
    },
  };
}

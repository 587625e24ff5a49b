import type { GovernanceNote, SessionRecords, StoredSession, TokenRole } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import type { GovernanceDatabase } from './governance-database.js';
import { insertNote } from './note.js';
import { optionalTime, timeOf } from './paging.js';

const INSERT = `
insert into governance.sessions (session_id, account_id, token_id, subject, role, secret_hash, created_at_ms, expires_at_ms)
values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint, $8::bigint)`;

// Long over: nobody asks for them again, and the note of their opening stays.
const REMOVE_OLD = 'delete from governance.sessions s where s.expires_at_ms < $1::bigint';
const OLD_AFTER_MS = 30 * 86_400_000;

const FIND = `
select s.session_id, s.account_id, s.token_id, s.subject, s.role, s.secret_hash, s.created_at_ms, s.expires_at_ms,
       s.ended_at_ms, t.revoked_at_ms as token_revoked_at_ms
  from governance.sessions s left join governance.api_tokens t on t.token_id = s.token_id
 where s.session_id = $1::text`;

const END = `
update governance.sessions s set ended_at_ms = $2::bigint where s.session_id = $1::text and s.ended_at_ms is null`;

interface SessionRow {
  readonly session_id: string;
  readonly account_id: AccountId;
  readonly token_id: string | null;
  readonly subject: string;
  readonly role: TokenRole;
  readonly secret_hash: string;
  readonly created_at_ms: bigint;
  readonly expires_at_ms: bigint;
  readonly ended_at_ms: bigint | null;
  readonly token_revoked_at_ms: bigint | null;
}

export function sessionRecords(database: GovernanceDatabase): SessionRecords {
  return {
    insertSession: (session: StoredSession, note: GovernanceNote) =>
      database.change(async (client) => {
        const { id, accountId, tokenId, subject, role, secretHash, createdAtMs, expiresAtMs } = session;
        const values = [id, accountId, tokenId ?? null, subject, role, secretHash, createdAtMs, expiresAtMs];
        await client.query(INSERT, values);
        await client.query(REMOVE_OLD, [createdAtMs - OLD_AFTER_MS]);
        await insertNote(client, note);
      }),

    findSession: async (sessionId: string) => {
      const [row] = await database.read<SessionRow>(FIND, [sessionId]);
      return row === undefined ? undefined : storedSession(row);
    },

    endSession: (sessionId: string, note: GovernanceNote) =>
      database.change(async (client) => {
        const { rowCount } = await client.query(END, [sessionId, note.atMs]);
        if (rowCount === 1) await insertNote(client, note);
      }),
  };
}

const storedSession = (row: SessionRow): StoredSession => ({
  id: row.session_id,
  accountId: row.account_id,
  tokenId: row.token_id ?? undefined,
  subject: row.subject,
  role: row.role,
  secretHash: row.secret_hash,
  createdAtMs: timeOf(row.created_at_ms),
  expiresAtMs: timeOf(row.expires_at_ms),
  endedAtMs: optionalTime(row.ended_at_ms) ?? optionalTime(row.token_revoked_at_ms),
});

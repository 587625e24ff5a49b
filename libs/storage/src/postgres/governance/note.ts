import type { GovernanceNote } from '@keybrake/application';
import type { Queryable } from '../database.js';

/** Writes the note of a change; called in the change's own transaction. */
export async function insertNote(client: Queryable, note: GovernanceNote): Promise<void> {
  await client.query(
    `insert into governance.governance_outbox (note_id, account_id, actor, action, subject, detail, at_ms)
     values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::jsonb, $7::bigint)`,
    [note.id, note.accountId, note.actor, note.action, note.subject, JSON.stringify(note.detail), note.atMs],
  );
}

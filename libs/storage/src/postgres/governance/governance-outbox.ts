import type { GovernanceAction, GovernanceNote, GovernanceOutbox } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { asUnavailable, type Client, type Pool, transaction } from '../database.js';

const RELAY = 'kafka';

// One relay at a time; the others find nothing to do.
const LOCK = `
select r.position from governance.outbox_relay r where r.relay = $1::text for update skip locked`;

// Only notes of transactions older than every running one: a lower position can't appear behind them.
const NEXT = `
select o.position, o.note_id, o.account_id, o.actor, o.action, o.subject, o.detail, o.at_ms
  from governance.governance_outbox o
 where o.position > $1::bigint and o.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
 order by o.position limit $2::integer`;

interface NoteRow {
  readonly position: bigint;
  readonly note_id: string;
  readonly account_id: AccountId;
  readonly actor: string;
  readonly action: GovernanceAction;
  readonly subject: string;
  readonly detail: GovernanceNote['detail'];
  readonly at_ms: bigint;
}

const noteOf = (row: NoteRow): GovernanceNote => ({
  id: row.note_id,
  accountId: row.account_id,
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  detail: row.detail,
  atMs: Number(row.at_ms),
});

/** The outbox of migrations/0001_governance.sql. */
export class PostgresGovernanceOutbox implements GovernanceOutbox {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async relay(limit: number, work: (notes: readonly GovernanceNote[]) => Promise<void>): Promise<number> {
    try {
      return await transaction(this.#pool, (client) => relayNext(client, limit, work));
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}

async function relayNext(client: Client, limit: number, work: (notes: readonly GovernanceNote[]) => Promise<void>) {
  const locked = await client.query<{ position: bigint }>(LOCK, [RELAY]);
  const from = locked.rows[0]?.position;
  if (from === undefined) return 0;
  const { rows } = await client.query<NoteRow>(NEXT, [from.toString(), limit]);
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await work(rows.map(noteOf));
  const values = [RELAY, last.position.toString()];
  await client.query('update governance.outbox_relay set position = $2::bigint where relay = $1::text', values);
  return rows.length;
}
